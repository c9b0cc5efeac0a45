#pragma once

#include "reference/vocabulary/scalars/counted.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"

namespace slim::chunked {

/// Slices share one work space, so that none begins before the one before it has ended. Nothing in
/// the numbers says so; where the critical path is counted, this does: the inputs of a slice are
/// made to depend on the longest chain so far. It costs the path one operation a slice, and no
/// work.
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
  Counted last_;  ///< 0, known when all before it is
};

}  // namespace slim::chunked
