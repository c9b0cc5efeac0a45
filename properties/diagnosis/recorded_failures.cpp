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

/// The worst row of the array that is wrong in `recorded`, or of all arrays.
const Discrepancy& same_array(const Finding& recorded, const Finding& shown) {
  const auto same = std::ranges::find(shown.wrong_tensors, tensor_of(recorded.worst), tensor_of);
  return same == shown.wrong_tensors.end() ? shown.worst : *same;
}

/// `of_same_array`: other arrays, such as gradients, may be wrong in another way.
bool is_alike(const Finding& recorded, const Finding& shown, bool of_same_array) {
  if (shown.outcome != Outcome::wrong) return false;
  const Discrepancy& compared = of_same_array ? same_array(recorded, shown) : shown.worst;
  const double one = recorded.worst.error;
  const double other = compared.error;
  if (!std::isfinite(one) || !std::isfinite(other)) {
    return std::isfinite(one) == std::isfinite(other);
  }
  const double bound = std::max(recorded.worst.bound, compared.bound);
  return std::abs(one - other) <= most_bounds * bound + most_share * std::max(one, other);
}

/// Where no error is allowed, a rounding is a failure, but its size says nothing of the fault.
bool is_rounding(const Counterexample& found) {
  constexpr double most_roundoffs = 1e3;
  const Discrepancy& worst = found.finding.worst;
  return worst.bound == 0.0 && worst.error <= most_roundoffs * unit_roundoff(found.scalar);
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
    if (is_rounding(found)) continue;
    const std::unique_ptr<Trial> trial = law->load(found.file);
    const Finding shown = check_safely(*trial, substitute, found.scalar);
    if (is_alike(found.finding, shown, in_forward_alone) || has_zero_denominator(found.file))
      continue;
    return fmt::format("{} in {}, {}", found.law, name(found.scalar), found.readable);
  }
  return {};
}

}  // namespace slim::properties
