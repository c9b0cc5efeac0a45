// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/last_row_dropped.hpp"

#include "properties/mutants/body.hpp"

namespace slim::properties::mutants {
namespace {

/// The sum over all rows of the slice except its last.
template <class T>
class LastRowDropped final : public CorrectPrefixSum<T> {
 public:
  void slice_sum(const chunked::HeadSlice<T>& head, MatrixView<T> RS) const override {
    const Index rows = head.rows() - 1;
    if (rows == 0) {
      RS.setZero();
      return;
    }
    const auto without_last = [rows](const StridedView<const T>& X) {
      return StridedView<const T>(X.data(), rows, X.cols(), X.outerStride());
    };
    CorrectPrefixSum<T>::slice_sum({.gQ = without_last(head.gQ),
                                    .gK = without_last(head.gK),
                                    .V = without_last(head.V),
                                    .R = head.R,
                                    .S = head.S,
                                    .epsilon = head.epsilon},
                                   RS);
  }
};

}  // namespace

Mutant last_row_dropped() {
  return {.name = "mutant/last-row-dropped",
          .description = "the last row of a slice is missing from the sum that later slices use",
          .seen = "a slice loop that uses the state before the last row as the state after it",
          .subtracting = false,
          .gradient = stored_with<LastRowDropped>()};
}

}  // namespace slim::properties::mutants
