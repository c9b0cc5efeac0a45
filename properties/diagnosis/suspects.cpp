// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/suspects.hpp"

#include "properties/mutants/attention_in_model.hpp"
#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/catalogue.hpp"
#include "properties/mutants/distributed_mutants.hpp"
#include "properties/tolerance/own_sums.hpp"

#include <fmt/format.h>

#include <bit>

namespace slim::properties {
namespace {

std::vector<Suspect> all_mutants_as_suspects() {
  std::vector<mutants::Mutant> mutants(mutants::catalogue().begin(), mutants::catalogue().end());
  for (const Index ranks : {2, 4, 8}) {  // those of three are in the catalogue
    for (mutants::Mutant& mutant : mutants::mutants_of_ranks(ranks)) {
      mutants.push_back(std::move(mutant));
    }
  }
  std::vector<Suspect> suspects;
  for (const mutants::Mutant& mutant : mutants) {
    suspects.push_back({.name = mutant.name,
                        .description = mutant.description,
                        .seen = mutant.seen,
                        .in_gradient_alone = mutant.in_gradient_alone,
                        .in_states_alone = mutant.in_states_alone,
                        .in_a_model = !mutant.gradient.offers_any(),
                        .gradient = mutant.gradient.offers_any()
                                        ? mutant.gradient
                                        : mutants::in_a_model(mutant.attention),
                        .attention = mutant.attention,
                        .features = mutant.features,
                        .projection = mutant.projection,
                        .conventions = mutant.conventions});
  }
  return suspects;
}

/// Runs the function on the same task in slices of `block` rows.
template <class T>
void set_block(Index block, AttentionFunctions& functions) {
  auto& function = functions.in<T>();
  if (!function) return;
  function = [inner = function, block](const AttentionTask<T>& task, AttentionResult<T>& result) {
    AttentionTask<T> in_blocks = task;
    in_blocks.slice_length = block;
    inner(in_blocks, result);
  };
}

AttentionFunctions in_blocks(AttentionFunctions functions, Index block) {
  set_block<float>(block, functions);
  set_block<double>(block, functions);
  set_block<Digits50>(block, functions);
  return functions;
}

/// The description with "block" in place of "slice".
std::string of_blocks(std::string text) {
  for (std::size_t at = text.find("slice"); at != std::string::npos; at = text.find("slice", at)) {
    text.replace(at, 5, "block");
  }
  return text;
}

Suspect suspect_of_blocks(const mutants::Mutant& mutant) {
  return {.name = mutant.name,
          .description = mutant.description,
          .seen = mutant.seen,
          .in_a_model = true,
          .is_of_blocks = true,
          .gradient = mutants::in_a_model(mutant.attention),
          .attention = mutant.attention,
          .features = mutant.features};
}

/// The numbers of columns that kernels process at a time, with those that `block` stands for: the
/// multiples of 8 above half of it.
std::vector<Index> column_blocks(Index block) {
  constexpr Index least = 8;
  constexpr Index largest = 128;
  std::vector<Index> blocks;
  for (Index columns = block / 2 / least * least + least; columns < block; columns += least) {
    if (std::has_single_bit(static_cast<std::size_t>(block))) blocks.push_back(columns);
  }
  blocks.push_back(block);
  std::erase_if(blocks, [](Index columns) { return columns <= least || columns > largest; });
  return blocks;
}

}  // namespace

std::vector<Suspect> block_suspects(Index block) {
  std::vector<Suspect> suspects;
  std::vector<mutants::AttentionMutantRow> rows = {
      {fmt::format("pullback-over-blocks-of-{}-rows", block),
       {mutants::Fault::pullback_over_blocks, {.block = block}},
       fmt::format("the pullback of queries takes blocks of {} rows, with the states of the "
                   "slices of the forward pass",
                   block),
       "forward and backward kernels with different block lengths"}};
  for (const Index columns : column_blocks(block)) {
    for (auto& row : mutants::faults_of_columns(columns)) rows.push_back(std::move(row));
  }
  for (const mutants::Mutant& mutant : mutants::mutants_of(rows)) {
    suspects.push_back(suspect_of_blocks(mutant));
  }
  for (const mutants::Mutant& mutant : mutants::catalogue()) {
    if (!mutant.by_slices) continue;
    mutants::Mutant of_this_block = mutant;
    of_this_block.name = fmt::format("{} in blocks of {} rows", mutant.name, block);
    of_this_block.description = of_blocks(mutant.description);
    of_this_block.seen = of_blocks(mutant.seen);
    of_this_block.attention = in_blocks(mutant.attention, block);
    suspects.push_back(suspect_of_blocks(of_this_block));
  }
  return suspects;
}

std::span<const Suspect> mutant_suspects() {
  static const std::vector<Suspect> all = all_mutants_as_suspects();
  return all;
}

Subject with_claims_of(const Subject& subject, const Suspect& suspect) {
  Subject substitute = subject;
  substitute.gradient = subject.gradient.offers_any() ? suspect.gradient : GradientFunctions();
  substitute.attention =
      subject.attention.offers_any() ? on_own_maps(suspect.attention) : AttentionFunctions();
  substitute.features =
      subject.features.offers_any() ? on_own_maps(suspect.features) : FeaturesFunctions();
  substitute.projection = subject.projection ? suspect.projection : ProjectionDraw();
  if (suspect.in_states_alone && !subject.capabilities.resumable) {
    substitute.gradient = {};
    substitute.attention = {};
    substitute.features = {};
  }
  return substitute;
}

}  // namespace slim::properties
