#include "properties/program/report.hpp"
#include "properties/program/verdict_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::properties {
namespace {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

/// The counterexample of this very (law, subject), if any.
std::string evidence(const Report& report, const Verdict& verdict) {
  for (std::size_t i = 0; i < report.result.counterexamples.size(); ++i) {
    const Counterexample& found = report.result.counterexamples[i];
    if (found.law != verdict.law || found.subject != verdict.subject) continue;
    return found.readable + "\n" + replay_line(report.case_paths.at(i), report.replay_options);
  }
  return {};
}

std::string test_case(const Report& report, const Verdict& verdict) {
  const std::string open =
      fmt::format(R"(    <testcase classname="{}" name="{} {}")", escaped(verdict.law),
                  escaped(verdict.subject), name(verdict.scalar));
  if (!verdict.holds()) {
    const Discrepancy& worst = verdict.tally.worst;
    return open + fmt::format(
                      ">\n      <failure message=\"{}: {} row {}: error {:.3g}, bound "
                      "{:.3g}\">{}</failure>\n    </testcase>\n",
                      summary(verdict), escaped(worst.tensor), worst.row, worst.error, worst.bound,
                      escaped(evidence(report, verdict)));
  }
  if (verdict.unclaimed()) return open + ">\n      <skipped/>\n    </testcase>\n";
  return open + "/>\n";
}

}  // namespace

std::string to_junit(const Report& report) {
  const auto& verdicts = report.result.verdicts;
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"slim-verify\">\n";
  for (const Law* law : report.plan.laws) {
    const auto of_law = [&](const Verdict& verdict) { return verdict.law == law->name; };
    const auto tests = std::ranges::count_if(verdicts, of_law);
    const auto failures =
        std::ranges::count_if(verdicts, [&](const Verdict& v) { return of_law(v) && !v.holds(); });
    text += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
                        escaped(law->name), tests, failures);
    for (const Verdict& verdict : verdicts) {
      if (of_law(verdict)) text += test_case(report, verdict);
    }
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

}  // namespace slim::properties
