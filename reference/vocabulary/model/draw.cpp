// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/model/draw.hpp"

#include "reference/vocabulary/scalars/random.hpp"

#include <cmath>
#include <string>

namespace slim {
namespace {

double as_float32(double x) {
  return static_cast<double>(static_cast<float>(x));
}

}  // namespace

Parameters<double> draw_parameters(const Model& model, std::uint64_t seed) {
  Parameters<double> theta(model, MemoryTag::parameters);
  for (const ParameterSlot& slot : theta.slots()) {
    const Random random(seed, stream_named(slot.name.c_str()));
    const bool gain =
        slot.name.find("layernorm") != std::string::npos && slot.name.ends_with("weight");
    double mean = 0.0;
    double deviation = 0.1;
    if (gain) {
      mean = 1.0;
    } else if (!slot.vector) {
      const bool is_table = slot.name == "input_map.weight" || slot.name == "position_map.weight";
      deviation = is_table ? 1.0 : 1.0 / std::sqrt(static_cast<double>(slot.cols));
    }
    const std::span<double> values = theta.values(slot);
    random.normals(0, values);
    for (double& value : values) value = as_float32(mean + deviation * value);
  }
  return theta;
}

Projection<double> draw_projection(const Model& model, std::uint64_t seed, ProjectionKind kind) {
  Projection<double> omega(model);
  if (omega.empty()) return omega;
  const bool independent = kind == ProjectionKind::independent;
  const Index d = model.head_dim();
  const Index M = model.features();
  for (Index r = 0; r < model.layers; ++r) {
    for (Index h = 0; h < model.heads; ++h) {
      // Independent vectors share one stream, with a range per head; blocks have one stream per
      // head.
      const Index head = r * model.heads + h;
      const std::string stream = "projection.blocks." + std::to_string(head);
      const Random random(seed, stream_named(independent ? "projection" : stream.c_str()));
      const auto first = static_cast<std::uint64_t>(independent ? head * d * M : 0);
      omega.head(r, h) = random_projection(d, M, kind, random, first).unaryExpr(&as_float32);
    }
  }
  return omega;
}

Sequences draw_sequences(Index batch, Index length, Index vocab_size, std::uint64_t seed) {
  Sequences sequences(batch, length);
  const Random random(seed, stream_named("tokens"));
  std::uint64_t place = 0;
  for (Index b = 0; b < batch; ++b) {
    for (std::int32_t& token : sequences.tokens(b)) {
      token =
          static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(vocab_size), place++));
    }
  }
  return sequences;
}

}  // namespace slim
