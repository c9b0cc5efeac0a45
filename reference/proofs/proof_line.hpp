#pragma once

#include "reference/vocabulary/scalars/scalar.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <string>

namespace slim::reference {

/// The worst error of a proof as a share of its gauge, over all that it compares: what the README
/// states, printed so that one command repeats it.
class ProofLine {
 public:
  /// Takes in one comparison: errors that are not finite count as infinite.
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
