// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/table1.hpp"

namespace slim::experiments {

std::vector<Plan> table1_plans(const Conditions& conditions) {
  struct Series {
    const char* subject;
    Index slice;  ///< 0: the full pass
  };
  std::vector<Plan> plans;
  const auto add = [&](const char* subject, Index length, Index slice, Quantity quantity) {
    plans.push_back(
        {.setting = {.subject = subject,
                     .model = {.hidden_dim = 16, .layers = 2, .ffn_dim = 32, .heads = 2},
                     .length = length,
                     .slice = slice,
                     .seed = conditions.seed,
                     .corpus = conditions.corpus},
         .quantity = quantity});
  };
  for (const Quantity quantity : {Quantity::operations, Quantity::bytes}) {
    for (const auto& [subject, slice] :
         {Series{"softmax", 0}, Series{"recovered/tree", 32}, Series{"recovered/tree", 0},
          Series{"recovered/tree", 1}, Series{"recovered/iterative", 32}}) {
      for (const Index length : {32, 64, 96, 128, 192, 256}) {
        // A tree has exactly ⌈log₂ L⌉ levels when L is a power of 2.
        const bool power_of_2 = (length & (length - 1)) == 0;
        if (slice == 0 && !power_of_2) continue;
        add(subject, length, slice == 0 ? length : slice, quantity);
      }
    }
    for (const char* subject : {"recovered/tree", "recovered/iterative"}) {
      for (const Index slice : {64, 128, 256}) {
        for (const Index slices : {2, 3, 4}) add(subject, slice * slices, slice, quantity);
      }
    }
    // Not powers of 2: ⌈log₂ C⌉ differs from log₂ C.
    for (const Index slice : {48, 96}) {
      for (const Index slices : {2, 3, 4}) add("recovered/tree", slice * slices, slice, quantity);
    }
  }
  // Long enough that a fresh process shows what the ledger does not count.
  for (const Quantity quantity : {Quantity::bytes, Quantity::process}) {
    for (const Index length : {1 << 10, 1 << 13, 1 << 16}) {
      for (const Index slice : {1, 256}) add("recovered/tree", length, slice, quantity);
    }
    for (const Index length : {1 << 10, 1 << 12, 1 << 14}) {
      add("recovered/tree", length, length, quantity);
    }
    for (const Index length : {1 << 8, 1 << 9, 1 << 10}) add("softmax", length, length, quantity);
  }
  return plans;
}

}  // namespace slim::experiments
