// SPDX-License-Identifier: Apache-2.0
#include "properties/report/drift.hpp"

#include "properties/laws/laws.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::properties {
namespace {

constexpr std::size_t most_changes = 12;  ///< lines in text; JSON has all

constexpr const char* meaning =
    "DRIFT: the error is larger than that of a program that only adds, but within what recovering "
    "sums by subtraction can lose, in proportion to the unit roundoff. The subject declares "
    "'subtracting', so this is not a failure.";
constexpr const char* remedy =
    "Built-in subjects without drift, with the same O(C) memory: exact/… recovers the sums bit for "
    "bit, on a grid of integers; wide/… does so in twice the digits, as long as the sums spread "
    "less than the spare digits. Inside a slice, iterative-subtracting subtracts, iterative does "
    "not.";

}  // namespace

std::vector<std::string> meaning_of_drift() {
  return {meaning, remedy};
}

std::vector<std::string> drift_in_words(const RunResult& result) {
  bool drifts = false;
  std::vector<std::string> changes;
  for (const Verdict& verdict : result.verdicts) {
    if (verdict.tally.drift == 0) continue;
    drifts = true;
    const std::string change = refinement_in_words(result, verdict.law, verdict.subject);
    if (change.empty()) continue;
    std::string line = fmt::format("{}, {}: {}", verdict.law, verdict.subject, change);
    if (std::ranges::find(changes, line) == changes.end()) changes.push_back(std::move(line));
  }
  if (!drifts) return {};
  std::vector<std::string> lines = meaning_of_drift();
  const std::size_t shown = std::min(changes.size(), most_changes);
  lines.insert(lines.end(), changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(shown));
  if (shown < changes.size()) {
    lines.push_back(fmt::format("… and {} more (--json lists all)", changes.size() - shown));
  }
  return lines;
}

std::string refinement_in_words(const RunResult& result, std::string_view law,
                                std::string_view subject) {
  if (law == laws::bytes_as_claimed_name || law == "projection-as-declared") return {};
  const auto found = std::ranges::find_if(result.refinements, [&](const Refinement& refinement) {
    return refinement.law == law && refinement.subject == subject;
  });
  if (found == result.refinements.end()) return {};
  const double coarse = found->in_float32.error;
  const double fine = found->in_float64.error;
  std::string text = fmt::format("error {:.2g} in float32, {:.2g} in float64 (case {})", coarse,
                                 fine, found->case_number);
  if (!(fine > 0.0)) return text;
  const double rounding = unit_roundoff(Scalar::float32) / unit_roundoff(Scalar::float64);
  const double shrinks = coarse / fine;
  const std::string change =
      shrinks >= 2.0 ? fmt::format("{:.2g} times smaller", shrinks) : "no smaller";
  return text + fmt::format(": {}; the unit roundoff is {:.2g} times smaller", change, rounding);
}

}  // namespace slim::properties
