// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/attention_inputs.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace slim::properties {

/// A known fault or convention with which a failing subject is compared.
struct Suspect {
  std::string name;  ///< "mutant/what-is-wrong", or a convention: "epsilon 1e-06 in the features"
  std::string description;  ///< description of the fault in one clause; empty for a convention
  std::string seen;         ///< typical cause of the fault; likewise
  bool is_convention = false;
  /// Its outputs are right (a mutant), or those of another suspect (a convention).
  bool in_gradient_alone = false;
  bool in_states_alone = false;  ///< differs from another mutant in start and end states only
  bool in_a_model = false;       ///< a mutant of attention, used in all heads of a whole model
  bool is_of_blocks = false;     ///< wrong at the edges of blocks with a length of its own
  GradientFunctions gradient{};
  AttentionFunctions attention{};
  FeaturesFunctions features{};
  ProjectionDraw projection{};
  /// Of a convention of attention, or a mutant that is the reference under other conventions: the
  /// conventions that it applies to these inputs; else empty.
  std::function<AttentionConventions(const AttentionInputs<double>&)> conventions{};
};

/// Every mutant of the catalogue, and those of ranks for 2, 4 and 8 ranks, too. A mutant of
/// attention alone is a suspect for whole models, too, where it computes all heads.
std::span<const Suspect> mutant_suspects();

/// The mutants that are wrong at the edges of slices, with blocks of `block` rows in place of the
/// slice length of the task; a pullback in blocks of these rows; and columns that are ignored
/// beyond `block` (9 to 128), for a power of two also beyond the multiples of 8 above half of it.
std::vector<Suspect> block_suspects(Index block);

/// The reference under every convention in common use, whatever the task requests: place and size
/// of ε, scaling, stabilisers, 1/√M, slopes at kinks; for whole models the constants of
/// Conventions.
std::span<const Suspect> convention_suspects();

/// A convention with a constant, of which only the usual values are among the suspects.
struct ConstantConvention {
  double least;  ///< range of plausible values, all above 0
  double largest;
  std::function<Suspect(double)> with;
};
/// ε in each of its places, and the constants of whole models.
std::span<const ConstantConvention> constants_of_conventions();

/// The suspect with this subject's name and claims, so that the laws treat both in the same way.
/// Tasks that the subject does not offer are not offered, and none if it has no states and the
/// suspect differs from another one in states only.
Subject with_claims_of(const Subject& subject, const Suspect& suspect);

}  // namespace slim::properties
