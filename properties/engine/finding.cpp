// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/finding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties {

std::string_view name(Outcome outcome) {
  constexpr std::string_view names[] = {"PASS", "SUSPECT", "DRIFT", "WRONG", "SKIPPED"};
  return names[static_cast<std::size_t>(outcome)];
}

double Discrepancy::ratio() const {
  if (error == 0.0) return 0.0;
  const double quotient = error / bound;
  return quotient >= 0.0 ? quotient : std::numeric_limits<double>::infinity();
}

std::string bound_in_words(double bound) {
  return std::isfinite(bound) ? fmt::format("bound {:.3g}", bound) : "no bound";
}

bool worse(const Discrepancy& a, const Discrepancy& b) {
  if (a.ratio() != b.ratio()) return a.ratio() > b.ratio();
  return a.error > b.error;
}

std::string tensor_of(const Discrepancy& worst) {
  if (worst.tensor.starts_with("grad.")) return "grad";
  const std::size_t head = worst.tensor.find('[');
  if (head == std::string::npos) return worst.tensor;
  return worst.tensor.substr(0, head) + worst.tensor.substr(worst.tensor.find(']') + 1);
}

bool is_same_fault(const Finding& first, const Finding& other) {
  if (first.outcome != Outcome::wrong || other.outcome != Outcome::wrong) return false;
  if (first.failure != other.failure || first.has_numbers() != other.has_numbers()) return false;
  if (!first.has_numbers()) return true;
  const std::string tensor = tensor_of(first.worst);
  const auto is_large = [&](const Discrepancy& here) {
    if (tensor_of(here) != tensor) return false;
    return first.worst.bound > 0.0 && here.bound > 0.0
               ? here.ratio() >= least_share_of_error * first.worst.ratio()
               : here.error >= least_share_of_error * first.worst.error;
  };
  return is_large(other.worst) || std::ranges::any_of(other.wrong_tensors, is_large);
}

Finding with_limited_error(Finding first, double unit_roundoff) {
  Discrepancy& worst = first.worst;
  const double largest = 0.1 * worst.bound / unit_roundoff;
  if (worst.bound > 0.0 && std::isfinite(worst.error) && worst.error > largest) {
    worst.error = largest;
  }
  return first;
}

Finding skipped(std::string reason) {
  return {.outcome = Outcome::skipped, .worst = {}, .note = std::move(reason)};
}

Finding not_claimed(std::string_view what) {
  Finding finding = skipped(std::string(unclaimed_opening).append(what));
  finding.claimed = false;
  return finding;
}

}  // namespace slim::properties
