#pragma once

#include <span>
#include <string>
#include <vector>

namespace slim::properties {

/// In how many cases a tensor was compared with the truth, and in how many of them the comparison
/// says something: where the error allowed to its largest entry is no larger than that entry. Where
/// it is larger, zeros in place of the tensor would pass.
struct JudgedTensor {
  std::string tensor;
  long compared = 0;
  long judged = 0;
};

/// The largest entry of one tensor, met row by row, and what error is allowed there.
class LargestEntry {
 public:
  /// A row, its largest |entry| and the largest error allowed in it.
  void add_row(double entry, double allowed_error);
  /// `residue`: what the truth's own rounding, or an ε, may leave of a 0. A tensor that is no
  /// larger has no size that an error could be compared with, and is not counted.
  [[nodiscard]] JudgedTensor judged(std::string tensor, double residue) const;

 private:
  double entry_ = -1.0;
  double allowed_error_ = 0.0;
};

/// Adds up counts of the same tensors.
void add_counts(std::vector<JudgedTensor>& sums, std::span<const JudgedTensor> counts);

}  // namespace slim::properties
