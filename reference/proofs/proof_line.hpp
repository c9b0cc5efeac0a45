// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/scalar.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <string>

namespace slim::reference {

/// Prints the largest error of a check relative to its scale, over all comparisons: the figures of
/// reference/proofs/fifty_digits.md.
class ProofLine {
 public:
  /// Adds one comparison. An error that is not finite counts as infinite.
  void add(const Digits50& error, const Digits50& gauge) {
    ++compared_;
    const Digits50 share = gauge == 0 && error == 0 ? Digits50(0) : Digits50(error / gauge);
    worst_ = isfinite(share) ? std::max(worst_, share) : std::numeric_limits<Digits50>::infinity();
  }
  [[nodiscard]] const Digits50& worst() const { return worst_; }
  [[nodiscard]] int compared() const { return compared_; }
  /// "slopes of the loss: 40 compared, worst 2.1e-49 of the gauge"
  void print(const std::string& what) const {
    std::printf("%s: %d compared, worst %s of the gauge\n", what.c_str(), compared_,
                worst_.str(2, std::ios_base::scientific).c_str());
  }

 private:
  Digits50 worst_ = 0;
  int compared_ = 0;
};

}  // namespace slim::reference
