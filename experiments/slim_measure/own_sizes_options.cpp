// SPDX-License-Identifier: Apache-2.0
#include "experiments/slim_measure/own_sizes_options.hpp"

#include "experiments/plans/own_sizes.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>

namespace slim::experiments {
namespace {

constexpr std::array names = {"--lengths", "--slices", "--subject", "--hidden",
                              "--layers",  "--ffn",    "--heads",   "--feature-map"};

}  // namespace

OwnSizesOptions::OwnSizesOptions(CLI::App& command) : command_(command) {
  Model& model = own_.model;
  model = {.hidden_dim = 64, .layers = 2, .ffn_dim = 256, .heads = 1};
  const CLI::Range sizes(1, 1 << 24);
  const auto option = [&](const char* name, auto& value, const char* help) {
    return command.add_option(name, value, help)
        ->group("Sizes of one's own")
        ->capture_default_str();
  };
  option("--lengths", own_.lengths, "Lengths L, increasing")->check(sizes)->delimiter(',');
  option("--slices", own_.slices, "Slice lengths C, increasing")->check(sizes)->delimiter(',');
  option("--subject", own_.subjects, "Subjects, boundary/prefix-sum")->delimiter(',');
  option("--hidden", model.hidden_dim, "Model width d_model, a multiple of 4 and of heads")
      ->check(sizes);
  option("--layers", model.layers, "Number of layers s")->check(sizes);
  option("--ffn", model.ffn_dim, "Width d_ff of the feed-forward network")->check(sizes);
  option("--heads", model.heads, "Number of heads k")->check(sizes);
  option("--feature-map", feature_map_, "sqr (or square), relu, elu+1, abs, favor+_m");
}

std::optional<OwnSizes> OwnSizesOptions::sizes() const {
  const bool given = std::ranges::any_of(
      names, [&](const char* name) { return command_.get_option(name)->count() > 0; });
  if (!given) return std::nullopt;
  OwnSizes own = own_;
  own.model.feature_map = parse_feature_map(feature_map_);
  require_valid(own);
  return own;
}

}  // namespace slim::experiments
