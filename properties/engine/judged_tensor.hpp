// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

namespace slim::properties {

/// In how many cases a tensor was compared with the truth, and in how many of them it was judged:
/// the error allowed at its largest entry is smaller than that entry. If it is not, a tensor of
/// zeros would pass.
struct JudgedTensor {
  std::string tensor;
  long compared = 0;
  long judged = 0;
  long entries = 0;       ///< of all these cases
  long not_compared = 0;  ///< entries at a kink, and gradients of an own map without its slope
  /// Of the gradient along one parameter, compared with the slope of the loss: the parameter, and
  /// in how many of the judged cases both were 0, or nearly so.
  std::string slope_along{};
  long near_zero = 0;
};

/// The largest entry of one tensor, and the error that is allowed there.
class LargestEntry {
 public:
  /// Adds a row: its largest |entry|, and the error allowed there.
  void add_row(double entry, double allowed_error);
  /// Counts entries, of which so many are not compared.
  void count(long entries, long not_compared);
  /// `residue`: the size that an entry of 0 can have due to the truth's own rounding, or an ε. A
  /// tensor that is no larger is not counted, unless it is judged.
  [[nodiscard]] JudgedTensor judged(std::string tensor, double residue) const;

 private:
  double entry_ = -1.0;
  double allowed_error_ = 0.0;
  long entries_ = 0;
  long not_compared_ = 0;
};

/// Adds up counts of the same tensors.
void add_counts(std::vector<JudgedTensor>& sums, std::span<const JudgedTensor> counts);

}  // namespace slim::properties
