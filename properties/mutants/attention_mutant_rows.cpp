// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/attention_mutant_rows.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace slim::properties::mutants {

namespace {

std::function<AttentionConventions(const AttentionInputs<double>&)> conventions_of(
    const Faults& faults) {
  if (!changes_epsilons_of_features(faults)) return {};
  return
      [faults](const AttentionInputs<double>& inputs) { return with_epsilons_of(faults, inputs); };
}

}  // namespace

std::vector<Mutant> mutants_of(const std::vector<AttentionMutantRow>& rows) {
  std::vector<Mutant> mutants;
  mutants.reserve(rows.size());
  for (const AttentionMutantRow& row : rows) {
    mutants.push_back({.name = "mutant/" + row.name,
                       .description = row.description,
                       .seen = row.seen,
                       .by_slices = is_of_slices(row.faults),
                       .in_states_alone = row.faults.has(Fault::key_sum_detached),
                       .any_conventions = is_of_declared_conventions(row.faults),
                       .conventions = conventions_of(row.faults),
                       .attention = faulty_attention(row.faults),
                       .features = faulty_features(row.faults)});
  }
  return mutants;
}

std::vector<AttentionMutantRow> faults_of_columns(Index block) {
  constexpr std::array arrays = {
      std::pair(ColumnsOf::queries, "queries"), std::pair(ColumnsOf::keys, "keys"),
      std::pair(ColumnsOf::values, "values"), std::pair(ColumnsOf::features, "features")};
  std::vector<AttentionMutantRow> rows;
  for (const auto& [columns_of, words] : arrays) {
    rows.push_back({fmt::format("columns-beyond-{}-of-{}", block, words),
                    {Fault::columns_ignored, {.columns_of = columns_of, .block = block}},
                    fmt::format("columns of {} beyond the first {} are treated as 0", words, block),
                    "kernels that process one block of columns, without a loop over the rest"});
  }
  return rows;
}

}  // namespace slim::properties::mutants
