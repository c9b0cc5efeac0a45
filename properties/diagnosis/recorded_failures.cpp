// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/recorded_failures.hpp"

#include "properties/tolerance/attention_evidence.hpp"
#include "properties/tolerance/gradient_evidence.hpp"
#include "reference/vocabulary/case_file/attention_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

constexpr double most_bounds = 16.0;  ///< equal errors differ by at most this many bounds
constexpr double most_share = 0.01;   ///< plus this share of the larger error

bool is_alike(const Finding& recorded, const Finding& shown) {
  if (shown.outcome != Outcome::wrong) return false;
  const double one = recorded.worst.error;
  const double other = shown.worst.error;
  if (!std::isfinite(one) || !std::isfinite(other)) {
    return std::isfinite(one) == std::isfinite(other);
  }
  const double bound = std::max(recorded.worst.bound, shown.worst.bound);
  return std::abs(one - other) <= most_bounds * bound + most_share * std::max(one, other);
}

bool is_of_pullback(const Finding& finding) {
  return finding.worst.tensor.starts_with("d.") || finding.worst.tensor.starts_with("grad.") ||
         finding.worst.tensor == "slope";
}

}  // namespace

bool has_zero_denominator(const CaseFile& file) {
  if (file.has("tokens")) return GradientEvidence(to_gradient_case(file)).has_zero_denominator();
  return file.has("q") && AttentionEvidence(to_attention_inputs(file)).has_zero_denominator();
}

std::string unexplained_failure(std::span<const Counterexample> recorded, std::span<const Law> laws,
                                const Subject& substitute, bool in_forward_alone) {
  for (const Counterexample& found : recorded) {
    const auto law = std::ranges::find(laws, found.law, &Law::name);
    if (law == laws.end() || !law->judges_answers || !found.finding.has_numbers()) continue;
    if (in_forward_alone && is_of_pullback(found.finding)) continue;
    const std::unique_ptr<Trial> trial = law->load(found.file);
    const Finding shown = check_safely(*trial, substitute, found.scalar);
    if (is_alike(found.finding, shown) || has_zero_denominator(found.file)) continue;
    return fmt::format("{} in {}, {}", found.law, name(found.scalar), found.readable);
  }
  return {};
}

}  // namespace slim::properties
