// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/figure.hpp"

#include "experiments/claims/process_memory.hpp"
#include "experiments/records/comparable.hpp"
#include "experiments/records/record_log.hpp"
#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/figure_command.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

namespace slim::plots {

namespace {

bool depends_on_machine(const Record& record) {
  return experiments::depends_on_machine(quantity_of(record.measured));
}

bool same_build_and_text(const Record& a, const Record& b) {
  const experiments::Provenance& p = a.provenance;
  const experiments::Provenance& q = b.provenance;
  // Records of third-party implementations have no text.
  const bool same_text =
      a.corpus_sha1 == b.corpus_sha1 || a.corpus_sha1.empty() || b.corpus_sha1.empty();
  return p.code == q.code && p.compiler == q.compiler && p.flags == q.flags && a.scale == b.scale &&
         same_text;
}

/// Among equal dates the last in the file.
Record newest_of(const std::vector<Record>& records) {
  return *std::max_element(records.rbegin(), records.rend(), experiments::is_older);
}

/// Removes what was measured by other builds or on other texts than the newest record, and what
/// depends on the machine and was measured by another processor than the newest of these.
Record keep_comparable(std::vector<Record>& records) {
  const Record newest = newest_of(records);
  std::erase_if(records, [&](const Record& r) { return !same_build_and_text(r, newest); });
  std::vector<Record> of_machine;
  std::copy_if(records.begin(), records.end(), std::back_inserter(of_machine), depends_on_machine);
  if (of_machine.empty()) return newest;
  const std::string processor = newest_of(of_machine).provenance.processor;
  std::erase_if(records, [&](const Record& r) {
    return depends_on_machine(r) && r.provenance.processor != processor;
  });
  return newest;
}

/// Moves a prefix sum that all curves share from their labels to the subtitle.
void leave_out_shared_sum(Chart& chart) {
  std::set<std::string> sums;
  for (const Curve& curve : chart.curves) {
    const std::size_t slash = curve.subject.find('/');
    if (slash != std::string::npos) sums.insert(curve.subject.substr(slash));
  }
  if (sums.size() != 1 || chart.curves.size() < 2) return;
  const std::string& sum = *sums.begin();
  for (Curve& curve : chart.curves) {
    const std::size_t at = curve.label.find(sum);
    if (at != std::string::npos) curve.label.erase(at, sum.size());
  }
  chart.subtitle = fmt::format("{} prefix sums, {}", sum.substr(1), chart.subtitle);
}

}  // namespace

DrawnFigure chart_figure(const Figure& figure, std::span<const Record> records) {
  std::vector<Record> own;
  std::copy_if(records.begin(), records.end(), std::back_inserter(own), [&](const Record& r) {
    const Quantity quantity = quantity_of(r.measured);
    return (r.experiment == figure.experiment || r.experiment == figure.or_experiment) &&
           (quantity == figure.quantity || quantity == figure.or_quantity);
  });
  DrawnFigure drawn{
      .figure = figure, .chart = {}, .provenance = {}, .corpus = {}, .scale = {}, .command = {}};
  if (own.empty()) return drawn;

  const std::size_t all = own.size();
  const Record newest = keep_comparable(own);
  drawn.left_out = all - own.size();

  drawn.provenance = newest.provenance;
  drawn.corpus = fmt::format("{} (SHA-1 {})", newest.setting.corpus.string(), newest.corpus_sha1);
  drawn.scale = newest.scale;
  drawn.command = figure_command(figure, own);
  drawn.chart = figure.draw(own);
  drawn.chart.title = figure.title;
  return drawn;
}

std::vector<Verdict> verdicts_on(const DrawnFigure& drawn, std::span<const Verdict> verdicts) {
  std::vector<Verdict> own;
  for (const Verdict& v : verdicts) {
    const auto& claims = drawn.figure.claims;
    if (std::find(claims.begin(), claims.end(), v.claim) == claims.end()) continue;
    const bool same_code = v.code.empty() || v.code == drawn.provenance.code;
    const bool same_scale = v.scale.empty() || v.scale == drawn.scale;
    if (same_code && same_scale) own.push_back(v);
  }
  return own;
}

void add_verdicts(DrawnFigure& drawn, std::span<const Verdict> verdicts) {
  const std::vector<Verdict> own = verdicts_on(drawn, verdicts);
  const auto is_as_expected = [&](const std::string& claim) {
    const auto of_claim = [&](const Verdict& v) { return v.claim == claim; };
    return std::ranges::any_of(own, of_claim) && std::ranges::all_of(own, [&](const Verdict& v) {
             return !of_claim(v) || v.verdict == (v.expected.empty() ? "SUPPORTED" : v.expected);
           });
  };
  const auto& claims = drawn.figure.claims;
  const bool as_expected = !claims.empty() && std::ranges::all_of(claims, is_as_expected);
  if (as_expected && !drawn.figure.finding.empty()) drawn.chart.title = drawn.figure.finding;
  for (const Verdict& v : own) {
    drawn.chart.verdicts.push_back(
        {fmt::format("{}: {}, {}", v.claim, v.verdict, number_and_interval(v)), v.verdict});
  }
}

Chart chart_over_length(std::span<const Record> records, double (*value)(const Record&)) {
  Curves gathered = gather_curves(records, Along::length, value);
  Chart chart;
  chart.curves = std::move(gathered.curves);
  chart.subtitle = std::move(gathered.common);
  leave_out_shared_sum(chart);
  chart.x = power_of_two_axis("sequence length L", x_range(chart.curves));
  return chart;
}

Chart chart_over_slice(std::span<const Record> records, double (*value)(const Record&),
                       Spread spread) {
  Curves gathered = gather_curves(records, Along::slice, value, spread);
  Chart chart;
  chart.spread = spread;
  chart.curves = std::move(gathered.curves);
  chart.subtitle = std::move(gathered.common);
  chart.over = Over::slice;
  chart.x = power_of_two_axis("slice length C", x_range(chart.curves));
  const Index length = records.front().setting.length;
  if (std::all_of(records.begin(), records.end(),
                  [&](const Record& r) { return r.setting.length == length; })) {
    chart.top = slices_axis("number of slices N", chart.x, static_cast<double>(length));
  }
  return chart;
}

double peak_bytes(const Record& record) {
  const auto& bytes = std::get<experiments::Bytes>(record.measured);
  require(
      bytes.peak > bytes.tokens,
      fmt::format("records.jsonl: the peak must exceed the tokens ({})", summary(record.setting)));
  return experiments::counted_bytes(bytes);
}

double seconds(const Record& record) {
  const double value = std::get<experiments::Seconds>(record.measured).seconds;
  require(value > 0.0 && std::isfinite(value),
          fmt::format("records.jsonl: seconds must be positive and finite ({})",
                      summary(record.setting)));
  return value;
}

}  // namespace slim::plots
