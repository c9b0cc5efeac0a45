// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/verdict.hpp"

#include "experiments/records/record_fields.hpp"
#include "properties/command_line/json_text.hpp"
#include "reference/vocabulary/scalars/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace slim::experiments {
namespace {

constexpr std::size_t longest_evidence = 4000;

std::string number(double x) {
  constexpr double largest_count = 1e9;
  if (x == std::floor(x) && std::abs(x) < largest_count) return fmt::format("{:.0f}", x);
  return fmt::format("{:.4g}", x);
}

/// Whether claims.toml expects the verdict: "as expected", "not expected", or empty.
std::string_view expectation(const Verdict& verdict) {
  if (verdict.claim.expected.empty() || verdict.answer == Answer::not_judged) return "";
  return is_lost(verdict) ? "not expected" : "as expected";
}

}  // namespace

std::string_view name(Answer answer) {
  switch (answer) {
    case Answer::supported:
      return "SUPPORTED";
    case Answer::refuted:
      return "REFUTED";
    case Answer::not_judged:
      return "NOT-JUDGED";
    case Answer::inconclusive:
      break;
  }
  return "INCONCLUSIVE";
}

std::string summary_of(std::span<const Verdict> verdicts) {
  std::string summary = fmt::format("{} claims", verdicts.size());
  const char* separator = ": ";
  for (const Answer answer :
       {Answer::supported, Answer::refuted, Answer::inconclusive, Answer::not_judged}) {
    const auto count = std::count_if(verdicts.begin(), verdicts.end(), [&](const Verdict& verdict) {
      return verdict.answer == answer;
    });
    if (count == 0) continue;
    summary += fmt::format("{}{} {}", separator, count, name(answer));
    separator = ", ";
  }
  return summary;
}

bool any_refuted(std::span<const Verdict> verdicts) {
  return std::any_of(verdicts.begin(), verdicts.end(),
                     [](const Verdict& verdict) { return verdict.answer == Answer::refuted; });
}

bool any_judged(std::span<const Verdict> verdicts) {
  return std::any_of(verdicts.begin(), verdicts.end(),
                     [](const Verdict& verdict) { return verdict.answer != Answer::not_judged; });
}

bool is_lost(const Verdict& verdict) {
  return !verdict.claim.expected.empty() && verdict.answer != Answer::not_judged &&
         verdict.claim.expected != name(verdict.answer);
}

bool any_lost(std::span<const Verdict> verdicts) {
  return std::any_of(verdicts.begin(), verdicts.end(), is_lost);
}

std::string value_in_words(double value, double low, double high, const std::string& unit) {
  if (std::isnan(value)) return "none";
  std::string text = number(value);
  if (std::isinf(high)) {
    text += value == low ? " or more" : fmt::format(", at least {}", number(low));
  } else if (low != high) {
    text += fmt::format(" in [{}, {}]", number(low), number(high));
  } else {
    text += ", exact";
  }
  return unit.empty() ? text : fmt::format("{} ({})", text, unit);
}

std::string to_table(std::span<const Verdict> verdicts) {
  std::string table =
      fmt::format("{:<25} {:<13} {:<13} {}\n", "claim", "verdict", "", "value; rule; evidence");
  for (const Verdict& v : verdicts) {
    table += fmt::format("{:<25} {:<13} {:<13} {}\n", v.claim.name, name(v.answer), expectation(v),
                         value_in_words(v.value, v.low, v.high, v.claim.unit));
    table += fmt::format("{:<25} rule: {}\n", "", v.claim.rule);
    table += fmt::format("{:<25} {}\n", "", on_one_line(v.evidence, longest_evidence));
  }
  return table + summary_of(verdicts) + "\n";
}

std::string to_json(std::span<const Verdict> verdicts, std::string_view scale,
                    const Provenance& p) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Verdict& verdict : verdicts) {
    list.push_back({{"claim", verdict.claim.name},
                    {"verdict", name(verdict.answer)},
                    {"expected", verdict.claim.expected},
                    {"statement", verdict.claim.statement},
                    {"statistic", verdict.claim.statistic},
                    {"unit", verdict.claim.unit},
                    {"value", verdict.value},
                    {"interval", {verdict.low, verdict.high}},
                    {"rule", verdict.claim.rule},
                    {"evidence", verdict.evidence},
                    {"cell", verdict.claim.cell},
                    {"theory", verdict.claim.theory},
                    {"measured", verdict.measured},
                    {"source", verdict.claim.source},
                    {"experiments", verdict.claim.experiments},
                    {"subject", verdict.claim.subject}});
  }
  nlohmann::ordered_json json = {{"schema", 1}, {"scale", scale}, {"verdicts", list}};
  FieldWriter(json).object("provenance", p);
  return command_line::json_text(json);
}

}  // namespace slim::experiments
