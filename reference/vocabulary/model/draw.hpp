// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/model/random_projection.hpp"
#include "reference/vocabulary/model/sequences.hpp"

#include <cstdint>

namespace slim {

/// Random parameters, each a float32 value, so that every scalar starts from the same numbers:
/// weights normal with variance 1/in (embedding and learned positions: variance 1), biases of
/// variance 0.01, gains 1 + a tenth of a normal.
Parameters<double> draw_parameters(const Model& model, std::uint64_t seed);

/// Projections for FAVOR+, one per layer and head, rounded to float32; empty for other maps.
Projection<double> draw_projection(const Model& model, std::uint64_t seed,
                                   ProjectionKind kind = ProjectionKind::independent);

/// Uniform tokens; every target counts.
Sequences draw_sequences(Index batch, Index length, Index vocab_size, std::uint64_t seed);

}  // namespace slim
