// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/proofs/drawn_case.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <array>
#include <string>

namespace slim::reference {

/// Every feature map; FAVOR+ with more features than the width of a head.
inline constexpr std::array<FeatureMap, 5> feature_maps = {{{FeatureKind::square},
                                                            {FeatureKind::relu},
                                                            {FeatureKind::elu_plus_one},
                                                            {FeatureKind::absolute},
                                                            {FeatureKind::favor_plus, 2}}};

/// "relu, norm on the branch input"
inline std::string option_name(const FeatureMap& map, Norm norm) {
  return name(map) + ", norm on the " + std::string(name(norm));
}

/// A declared part of a model beyond the paper's.
enum class Part { none, learned_positions, padding, padding_with_positions, tanh_gelu };
inline constexpr std::array declared_parts = {Part::learned_positions, Part::padding,
                                              Part::padding_with_positions, Part::tanh_gelu};

/// The model with this part; positions are below 16.
inline Model with_part(Model model, Part part) {
  if (part == Part::learned_positions) model.position_rows = 16;
  if (part == Part::padding_with_positions) model.conventions.positions_count_padding = 1.0;
  if (part == Part::tanh_gelu) model.conventions.gelu_tanh = 1.0;
  return model;
}

/// Pads the first of two sequences on its left and the second on its right.
inline void pad(Sequences& sequences) {
  const auto L = static_cast<std::size_t>(sequences.length());
  sequences.pad(0, 2, 0);
  sequences.pad(1, 0, 1);
  sequences.mask(0)[1] = sequences.mask(0)[2] = 0;
  sequences.mask(1)[L - 1] = sequences.mask(1)[L] = 0;
}

/// Fills with the same doubles in every scalar: uniform in [0, 1) if `positive`, else normal.
template <class T>
void fill(std::span<T> values, std::uint64_t stream, bool positive) {
  const Random random(11, stream);
  std::uint64_t place = 0;
  for (T& x : values) {
    x = T(positive ? random.uniform(place) : random.normal(place));
    ++place;
  }
}

/// A case for tests and proofs that uses every option of a task: a batch of two with a mask, the
/// middle of a longer sequence with a start state, a cotangent of the end state, and an ε in the
/// loss; two layers, two heads. The same numbers in every scalar.
template <class T>
struct EveryOption {
  DrawnCase<T> c;
  State<T> start, end_cotangent;

  EveryOption(const FeatureMap& map, Norm norm)
      : EveryOption({.vocab_size = 5,
                     .hidden_dim = 4,
                     .layers = 2,
                     .ffn_dim = 3,
                     .heads = 2,
                     .feature_map = map,
                     .norm = norm,
                     .conventions = {.loss_epsilon = 0.5}},
                    4) {}
  /// A case with another model. `length` is at least 4 targets.
  EveryOption(const Model& model, Index length)
      : c(drawn_case<T>(model, 2, length, 1)), start(c.model, 2), end_cotangent(c.model, 2) {
    c.sequences.add_mask();
    c.sequences.mask(0)[2] = c.sequences.mask(1)[4] = 0;
    fill(start.values(), 1, true);
    fill(end_cotangent.values(), 2, false);
  }
  EveryOption(const Model& model, Index length, Part part)
      : EveryOption(with_part(model, part), length) {
    if (part == Part::padding || part == Part::padding_with_positions) pad(c.sequences);
  }

  [[nodiscard]] GradientTask<T> task() const {
    GradientTask<T> t = c.task();
    t.wants_state = true;
    t.first_position = 9;
    t.start = &start;
    t.end_cotangent = &end_cotangent;
    return t;
  }
};

}  // namespace slim::reference
