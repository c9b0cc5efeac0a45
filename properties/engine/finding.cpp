// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/finding.hpp"

#include <fmt/format.h>

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

Finding skipped(std::string reason) {
  return {.outcome = Outcome::skipped, .worst = {}, .note = std::move(reason)};
}

Finding not_claimed(std::string_view what) {
  Finding finding = skipped(std::string(unclaimed_opening).append(what));
  finding.claimed = false;
  return finding;
}

}  // namespace slim::properties
