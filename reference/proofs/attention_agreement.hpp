// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/gauged.hpp"
#include "reference/vocabulary/task/attention.hpp"

#include <array>
#include <string>

namespace slim::reference {

/// The arrays of a result with their names in case files.
template <class T>
std::array<std::pair<const char*, const Heads<T>*>, 6> arrays_of(const AttentionResult<T>& result) {
  return {{{"out", &result.out},
           {"end", &result.end},
           {"d.q", &result.dq},
           {"d.k", &result.dk},
           {"d.v", &result.dv},
           {"d.initial", &result.start_gradient}}};
}

/// The largest difference of two results in units of the gauge, and its position.
struct Agreement {
  Digits50 worst = 0;  ///< error / gauge; 1 where both are 0 or an error is not a number
  std::string where;   ///< array and index; empty if the results are equal
};

/// For tests: |a − b| over the gauge, elementwise. Entries with gauge 0 must be equal.
inline Agreement agreement(const AttentionResult<Digits50>& a, const AttentionResult<Digits50>& b,
                           const AttentionResult<Gauged<Digits50>>& gauges) {
  Agreement result;
  const auto in_a = arrays_of(a);
  const auto in_b = arrays_of(b);
  const auto in_gauge = arrays_of(gauges);
  for (std::size_t i = 0; i < in_a.size(); ++i) {
    const auto x = in_a.at(i).second->values();
    const auto y = in_b.at(i).second->values();
    const auto gauge = in_gauge.at(i).second->values();
    if (x.size() != y.size() || x.size() != gauge.size()) {
      return {.worst = 1, .where = std::string(in_a.at(i).first) + " has a different size"};
    }
    for (std::size_t j = 0; j < x.size(); ++j) {
      const Digits50 error = abs(Digits50(x[j] - y[j]));
      if (error == 0) continue;
      const Digits50 ratio = error / gauge[j].gauge();
      if (ratio <= result.worst) continue;
      const bool is_number = ratio >= 0 && isfinite(ratio);
      result = {.worst = is_number ? ratio : Digits50(1),
                .where = std::string(in_a.at(i).first) + " at " + std::to_string(j)};
      if (!is_number) return result;
    }
  }
  return result;
}

}  // namespace slim::reference
