// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/task/subject.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <array>

namespace slim {

std::string_view name(FirstSweep sweep) {
  return sweep == FirstSweep::lazy ? "lazy" : "plain";
}

FirstSweep parse_first_sweep(std::string_view text) {
  for (const FirstSweep sweep : {FirstSweep::lazy, FirstSweep::plain}) {
    if (text == name(sweep)) return sweep;
  }
  throw ContractError("first sweep '" + on_one_line(text) +
                      "' is unknown: allowed are lazy, plain");
}

std::string_view name(MemoryGrowth growth) {
  constexpr std::array<std::string_view, 4> names = {"unclaimed", "O(C)", "O(C + log N)",
                                                     "O(C + N)"};
  return names.at(static_cast<std::size_t>(growth));
}

void detail::require_valid(const TaskSizes& task) {
  const Model& model = task.model;
  slim::require_valid(model);
  const Index batch = task.sequences.batch();
  require(batch >= 1 && task.sequences.length() >= 1,
          "there must be at least one sequence with at least one target");
  slim::require_valid(task.sequences, model.vocab_size);
  require(batch <= (Index{1} << 46) / state_entries(model, 1),
          "the prefix sums of the batch must have at most 2^46 entries");
  require(task.slice_length >= 1,
          "slice length must be at least 1, not " + std::to_string(task.slice_length));
  require(task.first_position >= 0, "first position must not be negative");
  require(!model.learns_positions() ||
              task.sequences.length() <= model.position_rows - task.first_position,
          "the table of learned positions has " + std::to_string(model.position_rows) +
              " rows: first position " + std::to_string(task.first_position) + " and " +
              std::to_string(task.sequences.length()) + " rows do not fit");
  require(task.counted_targets >= 0, "counted targets must not be negative");
  require(task.threads >= 1, "threads must be at least 1, not " + std::to_string(task.threads));
  require(task.parameter_slots == parameter_slots(model),
          "the parameters must have the model's sizes");
  const Index projection = model.feature_map.kind == FeatureKind::favor_plus
                               ? model.layers * model.hidden_dim * model.features()
                               : 0;
  require(
      task.projection_entries == static_cast<std::size_t>(projection),
      "a projection of the model's sizes must be given if, and only if, the feature map is favor+");
  const auto state = static_cast<std::size_t>(state_entries(model, batch));
  require(task.start_entries == nullptr || *task.start_entries == state,
          "the start state must have the sizes of the model and the batch");
  require(task.end_cotangent_entries == nullptr || *task.end_cotangent_entries == state,
          "the end cotangent must have the sizes of the model and the batch");
}

bool Capabilities::takes(const FeatureMap& map) const {
  const bool projected = projects && map.kind != FeatureKind::favor_plus;
  return map.projected == projected &&
         std::find(feature_maps.begin(), feature_maps.end(), map.kind) != feature_maps.end();
}

bool Capabilities::takes_in_models(FeatureKind kind) const {
  const std::vector<FeatureKind>& maps =
      model_feature_maps.empty() ? feature_maps : model_feature_maps;
  return std::find(maps.begin(), maps.end(), kind) != maps.end();
}

}  // namespace slim
