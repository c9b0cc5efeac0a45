// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/model/feature_map.hpp"

#include <string>
#include <string_view>

namespace slim {

/// The placement of layer norm: H = X + LN(MHA(X)) (branch output) or H = X + MHA(LN(X)) (branch
/// input).
enum class Norm { branch_output, branch_input };
std::string_view name(Norm norm);
Norm parse_norm(std::string_view text);

/// Constants in which implementations differ. The defaults are those of the paper's code.
struct Conventions {
  double denominator_epsilon = 1e-16;   ///< Y = R g(Q) / (S·g(Q) + epsilon)
  double layer_norm_epsilon = 1e-5;     ///< added to the variance
  double loss_epsilon = 0.0;            ///< added to the number of counted targets
  double relu_slope_at_zero = 0.0;      ///< derivative of max(x, 0) at 0
  double absolute_slope_at_zero = 0.0;  ///< derivative of |x| at 0
  double position_base = 1e4;           ///< lowest frequency of the position code is 1/base
  /// 0: in a padded sequence, positions are counted from its first token; 1: from its first row.
  double positions_count_padding = 0.0;
  /// GeLU's Φ is rounded as a number of this size: 0 for erfc(−x/√2)/2, accurate in its tail; 1 for
  /// (1 + erf(x/√2))/2, which cancels there. Changes rounding errors only, not the exact value.
  double gelu_cancellation = 0.0;
  /// 1: GeLU by its tanh approximation, x (1 + tanh(√(2/π)(x + 0.044715 x³)))/2, the default of
  /// some frameworks; 0: exact. The reference follows this setting.
  double gelu_tanh = 0.0;
  /// For x ≤ 0 feature map elu+1 is rounded as a number of this size: 0 for e^x, 1 for ELU(x) + 1
  /// = (e^x − 1) + 1. Changes rounding errors only, not the exact value.
  double elu_cancellation = 0.0;
  bool operator==(const Conventions&) const = default;
};

/// A causal Performer language model. Source: SLiM Performer, NeurIPS 2021, and its released code.
struct Model {
  Index vocab_size = 256;  ///< |Σ|
  Index hidden_dim = 64;   ///< d_model, a multiple of 4 and of heads
  Index layers = 1;        ///< s
  Index ffn_dim = 256;     ///< d_ff
  Index heads = 1;         ///< k
  FeatureMap feature_map{};
  /// L_max, rows of a table of learned positions, which is added to an embedding of the same width;
  /// 0: sines and cosines next to an embedding of half the width.
  Index position_rows = 0;
  Norm norm = Norm::branch_output;
  Conventions conventions{};

  [[nodiscard]] Index head_dim() const { return hidden_dim / heads; }                ///< d
  [[nodiscard]] Index features() const { return feature_map.features(head_dim()); }  ///< M
  [[nodiscard]] bool learns_positions() const { return position_rows > 0; }
  /// The width of the embedding of tokens.
  [[nodiscard]] Index token_width() const {
    return learns_positions() ? hidden_dim : hidden_dim / 2;
  }
  bool operator==(const Model&) const = default;
};

/// Throws ContractError unless all sizes are positive and satisfy the divisibility rules.
void require_valid(const Model& model);

}  // namespace slim
