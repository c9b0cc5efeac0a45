// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/counted.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"

namespace slim::chunked {

/// Slices share one work space, so each slice begins after the previous one has ended. The data
/// flow alone does not show this. Where the critical path is counted, this class makes the inputs
/// of a slice depend on the longest chain so far. It adds one operation per slice to the path and
/// none to the work.
template <class T>
struct SerialSlices {
  void begin(MatrixView<T> /*X*/) {}
};

template <>
struct SerialSlices<Counted> {
  void begin(MatrixView<Counted> X) {
    const Operations before = Counted::operations();
    while (last_.depth() < before.depth) last_ += Counted(0.0);
    if (before.depth > 0) {
      for (Index i = 0; i < X.size(); ++i) X.data()[i] += last_;
    }
    const std::int64_t depth = Counted::operations().depth;
    Counted::operations() = before;
    Counted::operations().depth = depth;
  }

 private:
  Counted last_;  ///< 0, but at the end of the longest chain
};

}  // namespace slim::chunked
