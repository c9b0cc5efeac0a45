#pragma once

#include "reference/vocabulary/task/attention_inputs.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace slim::properties {

/// Something that a failing subject may behave like.
struct Suspect {
  std::string name;   ///< "mutant/what-is-wrong", or a convention: "epsilon 1e-06 in the features"
  std::string story;  ///< what goes wrong, in one sentence; empty for a convention
  std::string seen;   ///< where; likewise
  bool is_convention = false;
  bool in_gradient_alone = false;  ///< another convention answers the same, but for gradients
  bool in_a_model = false;         ///< of attention alone, put into a whole model
  bool is_of_blocks = false;       ///< at the edges of blocks of its own
  GradientFunctions gradient{};
  AttentionFunctions attention{};
  FeaturesFunctions features{};
  ProjectionDraw projection{};
  /// Of a convention of attention: what it takes on when it is asked this; else empty.
  std::function<AttentionConventions(const AttentionInputs<double>&)> conventions{};
};

/// Every mutant of the catalogue. One of attention alone is a suspect for whole models too: all of
/// a model's heads are its.
std::span<const Suspect> mutant_suspects();

/// The mutants that go wrong at the edges of slices, with blocks of so many rows of their own,
/// whatever the slice length of the task.
std::vector<Suspect> block_suspects(Index block);

/// The reference under every convention that is known to be chosen, whatever it is asked: place and
/// size of ε, scaling, stabilisers, 1/√M, slopes at kinks; for whole models the constants of
/// Conventions.
std::span<const Suspect> convention_suspects();

/// A convention with a number in it, of which only usual ones are among the suspects.
struct ConstantConvention {
  double least;  ///< of the numbers that anybody may choose, all above 0
  double largest;
  std::function<Suspect(double)> with;
};
/// ε at each of its places, and the constants of whole models.
std::span<const ConstantConvention> constants_of_conventions();

/// The suspect with this subject's name and claims, so that the laws treat both alike. Tasks that
/// the subject does not offer are not offered.
Subject in_the_clothes_of(const Subject& subject, const Suspect& suspect);

}  // namespace slim::properties
