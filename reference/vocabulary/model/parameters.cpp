// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/model/parameters.hpp"

namespace slim {

std::vector<ParameterSlot> parameter_slots(const Model& model) {
  require_valid(model);
  std::vector<ParameterSlot> slots;
  Index offset = 0;
  auto add = [&](std::string name, Index rows, Index cols, bool vector) {
    constexpr Index alignment = 16;
    slots.push_back(
        {.name = std::move(name), .rows = rows, .cols = cols, .offset = offset, .vector = vector});
    offset += (rows * cols + alignment - 1) / alignment * alignment;
  };
  auto add_linear = [&](const std::string& name, Index out, Index in) {
    add(name + ".weight", out, in, false);
    add(name + ".bias", 1, out, true);
  };
  auto add_norm = [&](const std::string& name) {
    add(name + ".weight", 1, model.hidden_dim, true);
    add(name + ".bias", 1, model.hidden_dim, true);
  };

  const Index width = model.hidden_dim;
  add("input_map.weight", model.vocab_size, model.token_width(), false);
  add_linear("output_logit_map", model.vocab_size, width);
  for (Index r = 0; r < model.layers; ++r) {
    const std::string layer = "layers." + std::to_string(r);
    add_linear(layer + ".attention.q_map", width, width);
    add_linear(layer + ".attention.k_map", width, width);
    add_linear(layer + ".attention.v_map", width, width);
    add_linear(layer + ".U_map", model.ffn_dim, width);
    add_linear(layer + ".V_map", width, model.ffn_dim);
    add_norm(layer + ".layernorm1");
    add_norm(layer + ".layernorm2");
  }
  if (model.learns_positions()) add("position_map.weight", model.position_rows, width, false);
  return slots;
}

Index parameter_count(const Model& model) {
  Index count = 0;
  for (const ParameterSlot& slot : parameter_slots(model)) count += slot.size();
  return count;
}

}  // namespace slim
