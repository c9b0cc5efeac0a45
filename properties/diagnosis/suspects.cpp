// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/suspects.hpp"

#include "properties/mutants/attention_in_model.hpp"
#include "properties/mutants/catalogue.hpp"

#include <fmt/format.h>

namespace slim::properties {
namespace {

std::vector<Suspect> all_mutants_as_suspects() {
  std::vector<Suspect> suspects;
  for (const mutants::Mutant& mutant : mutants::catalogue()) {
    suspects.push_back({.name = mutant.name,
                        .description = mutant.description,
                        .seen = mutant.seen,
                        .in_a_model = !mutant.gradient.offers_any(),
                        .gradient = mutant.gradient.offers_any()
                                        ? mutant.gradient
                                        : mutants::in_a_model(mutant.attention),
                        .attention = mutant.attention,
                        .features = mutant.features,
                        .projection = mutant.projection});
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

}  // namespace

std::vector<Suspect> block_suspects(Index block) {
  std::vector<Suspect> suspects;
  for (const mutants::Mutant& mutant : mutants::catalogue()) {
    if (!mutant.by_slices) continue;
    const AttentionFunctions attention = in_blocks(mutant.attention, block);
    suspects.push_back({.name = fmt::format("{} in blocks of {} rows", mutant.name, block),
                        .description = of_blocks(mutant.description),
                        .seen = of_blocks(mutant.seen),
                        .in_a_model = true,
                        .is_of_blocks = true,
                        .gradient = mutants::in_a_model(attention),
                        .attention = attention,
                        .features = mutant.features});
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
  substitute.attention = subject.attention.offers_any() ? suspect.attention : AttentionFunctions();
  substitute.features = subject.features.offers_any() ? suspect.features : FeaturesFunctions();
  substitute.projection = subject.projection ? suspect.projection : ProjectionDraw();
  return substitute;
}

}  // namespace slim::properties
