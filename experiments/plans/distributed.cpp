// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/distributed.hpp"

#include "experiments/records/record.hpp"

#include <fmt/format.h>

namespace slim::experiments {

std::vector<Plan> distributed_plans(const Conditions& conditions) {
  constexpr Index block_rows = 64;  // of the blocked prefix sum
  const Index most_ranks = conditions.scale == Scale::ci ? 16 : 64;
  std::vector<Plan> plans;
  const auto add = [&](const char* subject, Index ranks, Index rows, Index slice) {
    plans.push_back({.setting = {.subject = subject,
                                 .model = {.hidden_dim = 8, .layers = 2, .ffn_dim = 8, .heads = 2},
                                 .length = ranks * rows,
                                 .slice = slice,
                                 .seed = conditions.seed,
                                 .ranks = ranks,
                                 .corpus = conditions.corpus},
                     .quantity = Quantity::distributed});
  };
  for (Index ranks = 2; ranks <= most_ranks; ranks *= 2) {
    for (const char* subject : {"distributed/blocked", "distributed-tree/blocked"}) {
      for (Index blocks = 1; blocks <= 4; ++blocks) {
        add(subject, ranks, blocks * block_rows, ranks * blocks * block_rows);
      }
    }
    for (Index slices = 2; slices <= 16; slices *= 2) {
      add("distributed/blocked", ranks, slices * block_rows, block_rows);
    }
  }
  return plans;
}

std::string distributed_table(std::span<const Record> records) {
  std::string text =
      "| subject | P | L | C | numbers sent forward | backward | messages deep | critical path | "
      "operations | state and slice of a rank, bytes "
      "|\n|---|---|---|---|---|---|---|---|---|---|\n";
  for (const Record& record : records) {
    const auto* cost = std::get_if<Distributed>(&record.measured);
    if (cost == nullptr) continue;
    const Setting& s = record.setting;
    text +=
        fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", s.subject, s.ranks,
                    s.length, s.slice, cost->numbers_forward, cost->numbers_backward,
                    cost->messages_deep, cost->critical_path, cost->operations, cost->bytes_rank);
  }
  return text;
}

}  // namespace slim::experiments
