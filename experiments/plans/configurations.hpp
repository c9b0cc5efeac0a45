// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/model/model.hpp"

#include <array>
#include <string_view>

namespace slim::experiments {

/// One of the paper's configurations.
struct Configuration {
  std::string_view name;
  Index length;
  Index layers;
  Index hidden_dim;

  /// d_ff = 4 d_model, heads of width 64, square features, 256 tokens. d_model is divided by
  /// `divisor`.
  [[nodiscard]] Model model(Index divisor = 1) const {
    const Index width = hidden_dim / divisor;
    return {.vocab_size = 256,
            .hidden_dim = width,
            .layers = layers,
            .ffn_dim = 4 * width,
            .heads = width / 64};
  }
};

/// Source: the paper, section 4.
inline constexpr std::array<Configuration, 4> configurations = {
    {{"I", 8192, 1, 1024}, {"II", 1024, 3, 512}, {"III", 4096, 3, 1024}, {"IV", 16384, 3, 1024}}};

}  // namespace slim::experiments
