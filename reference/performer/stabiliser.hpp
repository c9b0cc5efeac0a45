// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/attention_side.hpp"

namespace slim::reference {

/// The largest projection x̃·ω_m of the rows that share a stabiliser; the first one on a tie.
template <class T>
struct Peak {
  T value = T(0);
  std::size_t at = 0;  ///< index b·H + h of the head
  Index row = 0;
  Index feature = 0;
  bool found = false;
};

/// Which rows share a peak. Shapes: L rows in each of B·H heads.
class StabiliserGroups {
 public:
  template <class T>
  StabiliserGroups(const AttentionSide<T>& side, Index heads, Index L)
      : stabiliser_(side.stabiliser()), mask_(side.key_mask), heads_(heads), L_(L) {}

  [[nodiscard]] Index heads() const { return heads_; }
  [[nodiscard]] bool takes_part(std::size_t at, Index l) const {
    const Index b = static_cast<Index>(at) / heads_;
    return mask_.empty() || mask_[static_cast<std::size_t>(b * L_ + l)] != 0;
  }
  /// The index of the peak that is subtracted from a row's exponents.
  [[nodiscard]] std::size_t of(std::size_t at, Index l) const {
    switch (stabiliser_) {
      case Stabiliser::per_row:
        return at * static_cast<std::size_t>(L_) + static_cast<std::size_t>(l);
      case Stabiliser::over_length:
        return at;
      default:
        return 0;
    }
  }
  /// All peaks over projections P, [L, M] of every head. Masked rows are ignored.
  template <class T>
  [[nodiscard]] std::vector<Peak<T>> peaks(const HeadMatrices<T>& P) const {
    std::vector<Peak<T>> result(of(P.size() - 1, L_ - 1) + 1);
    for (std::size_t at = 0; at < P.size(); ++at) {
      for (Index l = 0; l < L_; ++l) {
        if (!takes_part(at, l)) continue;
        Peak<T>& peak = result[of(at, l)];
        for (Index m = 0; m < P[at].cols(); ++m) {
          if (peak.found && !(P[at](l, m) > peak.value)) continue;
          peak = {.value = P[at](l, m), .at = at, .row = l, .feature = m, .found = true};
        }
      }
    }
    return result;
  }

 private:
  Stabiliser stabiliser_;
  std::span<const std::uint8_t> mask_;
  Index heads_;
  Index L_;
};

}  // namespace slim::reference
