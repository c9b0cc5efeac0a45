// SPDX-License-Identifier: Apache-2.0
#include "plots/page/page_style.hpp"

namespace slim::plots {

std::string_view page_style() {
  return R"css(
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1c2733; --quiet: #566373; --line: #dde2e8;
  --link: #005a9c; --code: #eef1f4;
  --supported: #00664a; --supported-back: #d9f2e9;
  --refuted: #a03d00; --refuted-back: #fde6d8;
  --inconclusive: #5b5300; --inconclusive-back: #f6f0c4;
  --blue: #0072b2; --brown: #5c3a1e; --band: #d9d9d9; --dark-band: #a6a6a6; --full-pass-band: #f6d5c2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12171d; --card: #1b222a; --ink: #e4e9ee; --quiet: #9fadbb; --line: #313b46;
    --link: #7cc4f5; --code: #242d37;
    --supported: #6fe0b8; --supported-back: #0d3a2d;
    --refuted: #ffb08a; --refuted-back: #4a2310;
    --inconclusive: #eadf7a; --inconclusive-back: #3d3a10;
    --blue: #3f9fdc; --brown: #c69a6d; --band: #39434e; --dark-band: #596673; --full-pass-band: #5a3a28;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main, header, footer { max-width: 86rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2rem; }
footer { padding-bottom: 2rem; color: var(--quiet); font-size: .875rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1.0625rem; margin: 0; }
p { margin: .5rem 0; }
a { color: var(--link); }
.quiet { color: var(--quiet); }
.note { border-left: 4px solid var(--refuted); padding: .25rem .75rem; background: var(--card); }
code, pre { font: .8125rem/1.45 ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; }
code, td, dd, p, figcaption, h3 { overflow-wrap: break-word; }
pre {
  margin: .5rem 0; padding: .6rem .75rem; border-radius: 6px; background: var(--code);
  white-space: pre-wrap; overflow-x: auto;
}
pre span { white-space: nowrap; }
.badge {
  display: inline-block; padding: .05rem .55rem; border-radius: 1rem; white-space: nowrap;
  font-size: .8125rem; font-weight: 650; letter-spacing: .02em;
}
.SUPPORTED { color: var(--supported); background: var(--supported-back); }
.REFUTED { color: var(--refuted); background: var(--refuted-back); }
.INCONCLUSIVE { color: var(--inconclusive); background: var(--inconclusive-back); }
.NOT-JUDGED { color: var(--quiet); background: var(--code); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .6rem .75rem; text-align: left; vertical-align: top; }
thead th { font-size: .8125rem; color: var(--quiet); font-weight: 600; }
tbody tr { border-top: 1px solid var(--line); }
.verdicts { font-size: .9375rem; }
.verdicts tbody th { white-space: nowrap; }
.verdicts td:nth-child(7) { overflow-wrap: anywhere; }
.figures { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 34rem), 1fr)); align-items: start; }
figure { margin: 0; padding: 1rem; min-width: 0; }
figure svg { display: block; width: 100%; height: auto; border-radius: 6px; }
figure h3 { margin-bottom: .4rem; }
figure > svg { margin-top: .6rem; }
figcaption > * { margin: .6rem 0 0; }
details { margin-top: .6rem; }
summary { cursor: pointer; color: var(--link); }
.wide { overflow-x: auto; margin-top: .5rem; }
.numbers { font-size: .8125rem; font-variant-numeric: tabular-nums; }
.numbers th, .numbers td { padding: .25rem .6rem; white-space: nowrap; }
.numbers td { text-align: right; }
.numbers thead th { text-align: right; }
.numbers thead th:first-child { text-align: left; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; margin: 0; padding: 1rem; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; }
@media (max-width: 720px) {
  .verdicts, .verdicts tbody, .verdicts tr, .verdicts th, .verdicts td { display: block; }
  .verdicts thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .verdicts tr { padding: .75rem 1rem; }
  .verdicts th, .verdicts td { padding: .2rem 0; }
  .verdicts td[data-name]::before { content: attr(data-name) " "; display: block; color: var(--quiet); font-size: .8125rem; }
  figure { padding: .75rem 0; }
  figure > h3, figure > p, figcaption { padding: 0 .75rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .6rem; }
}
@media print {
  body { background: #ffffff; }
  .card { break-inside: avoid; }
}
)css";
}

}  // namespace slim::plots
