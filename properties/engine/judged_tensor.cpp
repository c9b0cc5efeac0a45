// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/judged_tensor.hpp"

#include <algorithm>

namespace slim::properties {

void LargestEntry::add_row(double entry, double allowed_error) {
  if (entry <= entry_) return;
  entry_ = entry;
  allowed_error_ = allowed_error;
}

void LargestEntry::count(long entries, long not_compared) {
  entries_ += entries;
  not_compared_ += not_compared;
}

JudgedTensor LargestEntry::judged(std::string tensor, double residue) const {
  const bool is_judged = allowed_error_ < entry_;
  return {.tensor = std::move(tensor),
          .compared = is_judged || entry_ > residue ? 1 : 0,
          .judged = is_judged ? 1 : 0,
          .entries = entries_,
          .not_compared = not_compared_};
}

void add_counts(std::vector<JudgedTensor>& sums, std::span<const JudgedTensor> counts) {
  for (const JudgedTensor& count : counts) {
    const auto known = std::ranges::find(sums, count.tensor, &JudgedTensor::tensor);
    if (known == sums.end()) {
      sums.push_back(count);
    } else {
      known->compared += count.compared;
      known->judged += count.judged;
      known->entries += count.entries;
      known->not_compared += count.not_compared;
      known->near_zero += count.near_zero;
    }
  }
}

}  // namespace slim::properties
