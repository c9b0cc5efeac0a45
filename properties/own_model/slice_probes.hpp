// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/own_model/deviation.hpp"

#include <string>
#include <vector>

namespace slim::properties::own_model {

/// How an answer in slices differs from that of the full pass.
struct Unlike {
  bool loss = false;
  double loss_ratio = 1.0;           ///< sliced over full
  std::vector<std::string> tensors;  ///< whose gradients differ
  std::size_t compared = 0;          ///< tensors with a gradient
  double factor = 1.0;  ///< the sliced gradient is this multiple of the full one; 1 also if none is
  double relative = 0.0;    ///< largest difference of a gradient over its largest entry
  double clipped_at = 0.0;  ///< entries beyond this size have this size, the others are right; or 0
  bool zero = false;        ///< the sliced gradient is 0

  [[nodiscard]] bool gradient() const { return !tensors.empty(); }
  [[nodiscard]] bool any() const { return loss || gradient(); }
};

/// Calls of a subject on one case of three slices, the last one incomplete.
class SliceProbes {
 public:
  SliceProbes(OwnSubject& subject, Scalar scalar, Index batch = 1);

  Index C = 1;
  [[nodiscard]] Index length() const { return c_.sequences.length; }

  /// Compares slices with the full pass, where only the targets of rows [first, last) count.
  Unlike unlike(Index slice_length, Index first, Index last);
  /// The parameters along which the gradient is not the slope of the loss; "all" if it shows only
  /// along all of them together.
  std::vector<std::string> broken_slopes(Index slice_length);
  /// Whether the sliced loss of the last slice depends on the token of an earlier row.
  bool last_slice_sees(Index row);
  /// Whether the full loss of the first C targets depends on tokens after them.
  bool sees_later_tokens();
  /// Whether slices agree on a case whose last slice is complete.
  bool agrees_without_tail();
  /// Whether the difference of the sliced gradient from the full one changes completely when
  /// parameters move by 2⁻⁸ of their size, as roundings do.
  bool differs_erratically(Index slice_length);

 private:
  double loss_in_slices(const OwnCase& c);
  [[nodiscard]] OwnCase counting(Index first, Index last) const;

  OwnSubject& subject_;
  Scalar scalar_;
  OwnCase c_;
};

}  // namespace slim::properties::own_model
