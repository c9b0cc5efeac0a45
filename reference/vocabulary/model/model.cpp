// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/model/model.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <cmath>

namespace slim {
namespace {

constexpr Index largest_size = Index{1} << 31;

void require_size(Index size, const char* what) {
  require(size >= 1 && size <= largest_size,
          std::string(what) + " must be from 1 to 2^31, not " + std::to_string(size));
}

void require_epsilon(double value, const char* what) {
  require(std::isfinite(value) && value >= 0.0,
          std::string(what) + " must be finite and not negative");
}

/// Entries of the parameters, projections and one sequence's prefix sums, in floating point so that
/// huge sizes do not overflow.
double approximate_entries(const Model& model) {
  const auto V = static_cast<double>(model.vocab_size);
  const auto width = static_cast<double>(model.hidden_dim);
  const auto ffn = static_cast<double>(model.ffn_dim);
  const auto M =
      static_cast<double>(model.feature_map.blocks) * static_cast<double>(model.head_dim());
  return (2.0 * V + static_cast<double>(model.position_rows)) * width +
         static_cast<double>(model.layers) * (width * (3.0 * width + 2.0 * ffn + 8.0) + ffn +
                                              2.0 * (width + static_cast<double>(model.heads)) * M);
}

}  // namespace

std::string_view name(Norm norm) {
  return norm == Norm::branch_output ? "branch-output" : "branch-input";
}

Norm parse_norm(std::string_view text) {
  if (text == "branch-output") return Norm::branch_output;
  if (text == "branch-input") return Norm::branch_input;
  throw ContractError("norm '" + on_one_line(text) +
                      "' is unknown: allowed are branch-output, branch-input");
}

void require_valid(const Model& model) {
  require_size(model.vocab_size, "vocab_size");
  require_size(model.hidden_dim, "hidden_dim");
  require(model.layers >= 1 && model.layers <= 4096,
          "layers must be from 1 to 4096, not " + std::to_string(model.layers));
  require_size(model.ffn_dim, "ffn_dim");
  require_size(model.heads, "heads");
  require_size(model.feature_map.blocks, "feature map blocks");
  if (model.position_rows != 0) require_size(model.position_rows, "position_rows");
  require(is_of_models(model.feature_map.kind) && !model.feature_map.projected,
          "feature map '" + name(model.feature_map) +
              "' is for attention only: whole models take sqr, relu, elu+1, abs, favor+_m");
  require(model.hidden_dim % 4 == 0,
          "hidden_dim must be a multiple of 4 (two halves of sines and "
          "cosines), not " +
              std::to_string(model.hidden_dim));
  require(model.hidden_dim % model.heads == 0, "hidden_dim " + std::to_string(model.hidden_dim) +
                                                   " must be a multiple of heads " +
                                                   std::to_string(model.heads));
  require(approximate_entries(model) <= 0x1p40,
          "the model must have at most 2^40 entries of parameters, projections and prefix sums");
  const Conventions& c = model.conventions;
  require_epsilon(c.denominator_epsilon, "denominator_epsilon");
  require_epsilon(c.layer_norm_epsilon, "layer_norm_epsilon");
  require_epsilon(c.loss_epsilon, "loss_epsilon");
  require(std::isfinite(c.relu_slope_at_zero), "relu_slope_at_zero must be finite");
  require(std::isfinite(c.absolute_slope_at_zero), "absolute_slope_at_zero must be finite");
  require(std::isfinite(c.position_base) && c.position_base > 0.0,
          "position_base must be finite and positive");
  require(c.gelu_cancellation >= 0.0 && c.gelu_cancellation <= 1.0,
          "gelu_cancellation must be from 0 to 1");
  require(c.elu_cancellation >= 0.0 && c.elu_cancellation <= 1.0,
          "elu_cancellation must be from 0 to 1");
  require(c.positions_count_padding == 0.0 || c.positions_count_padding == 1.0,
          "positions_count_padding must be 0 or 1");
  require(c.gelu_tanh == 0.0 || c.gelu_tanh == 1.0, "gelu_tanh must be 0 or 1");
}

}  // namespace slim
