// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/gradient_spec.hpp"

#include "reference/vocabulary/model/draw.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace slim::properties {
namespace {

constexpr Index rows_beyond_length = 3;  ///< of a table of learned positions

bool counts(MaskKind kind, const GradientSpec& spec, const Random& random, Index b, Index l) {
  const auto place = static_cast<std::uint64_t>(b * spec.length + l);
  switch (kind) {
    case MaskKind::none:
      return true;
    case MaskKind::scattered:
      return random.uniform(place) < 0.5;
    case MaskKind::whole_slices:
      return l / spec.slice_length % 2 == 1;
    case MaskKind::all_but_one:
      return static_cast<std::uint64_t>(b * spec.length + l) ==
             random.below(static_cast<std::uint64_t>(spec.batch * spec.length), 0);
    case MaskKind::nothing:
      return false;
    case MaskKind::ragged:
      return l * spec.batch < spec.length * (b + 1);
    case MaskKind::one_empty:
      return b + 1 < spec.batch || (spec.batch == 1 && l > 0);
  }
  return true;
}

void put_mask(Sequences& sequences, const GradientSpec& spec) {
  if (spec.mask == MaskKind::none) return;
  const Random random(spec.seed, stream_named("mask"));
  sequences.add_mask();
  for (Index b = 0; b < spec.batch; ++b) {
    for (Index l = 0; l < spec.length; ++l) {
      sequences.mask(b)[static_cast<std::size_t>(l + 1)] =
          counts(spec.mask, spec, random, b, l) ? 1 : 0;
    }
  }
}

/// Pads all sequences but the last, or a single one, by a random number of rows, at least one.
/// Their targets do not count, nor does one that is padding itself.
void pad(Sequences& sequences, const GradientSpec& spec) {
  if (spec.padding == PaddedSide::none) return;
  const Random random(spec.seed, stream_named("padding"));
  if (!sequences.has_mask()) sequences.add_mask();
  const bool left = spec.padding == PaddedSide::left;
  for (Index b = 0; b < spec.batch; ++b) {
    const bool is_longest = spec.batch > 1 && b + 1 == spec.batch;
    const auto most = static_cast<std::uint64_t>(std::max<Index>(1, spec.length - 1));
    const auto drawn = static_cast<Index>(random.below(most, static_cast<std::uint64_t>(b)));
    const Index rows = is_longest || spec.length == 1 ? 0 : 1 + drawn;
    sequences.pad(b, left ? rows : 0, left ? 0 : rows);
    const std::span<std::uint8_t> mask = sequences.mask(b);
    const auto padded = static_cast<std::ptrdiff_t>(rows);
    if (left) {
      std::fill_n(mask.begin(), padded + 1, std::uint8_t{0});
    } else if (rows > 0) {
      std::fill(mask.end() - padded - 1, mask.end(), std::uint8_t{0});
    }
  }
}

}  // namespace

std::string_view name(PaddedSide side) {
  constexpr std::string_view names[] = {"none", "left", "right"};
  return names[static_cast<std::size_t>(side)];
}

std::string_view name(MaskKind kind) {
  constexpr std::string_view names[] = {"none",    "scattered", "whole-slices", "all-but-one",
                                        "nothing", "ragged",    "one-empty"};
  return names[static_cast<std::size_t>(kind)];
}

std::string readable(const GradientSpec& spec) {
  const Model& model = spec.model;
  return fmt::format(
      "L={} C={} B={} V={} s={} d_model={} k={} d_ff={} g={} norm={} mask={}{}{}{} seed={}",
      spec.length, spec.slice_length, spec.batch, model.vocab_size, model.layers, model.hidden_dim,
      model.heads, model.ffn_dim, name(model.feature_map), name(model.norm), name(spec.mask),
      spec.all_digits ? " (53 bits)" : "", spec.learned_positions ? " positions=learned" : "",
      spec.padding == PaddedSide::none ? "" : fmt::format(" padding={}", name(spec.padding)),
      spec.seed);
}

namespace {

/// For FAVOR+, divides queries and keys by d^(1/4), d the width of a head. Otherwise exponents grow
/// with d until one feature outweighs all others, and the gradients of the maps of queries and keys
/// cancel to less than their roundings.
void even_out_exponents(Parameters<double>& theta, const Model& model) {
  if (model.feature_map.kind != FeatureKind::favor_plus) return;
  const double scale = std::sqrt(std::sqrt(static_cast<double>(model.head_dim())));
  for (const ParameterSlot& slot : theta.slots()) {
    const bool is_map = slot.name.find(".attention.q_map.") != std::string::npos ||
                        slot.name.find(".attention.k_map.") != std::string::npos;
    if (!is_map) continue;
    for (double& value : theta.values(slot)) {
      value = static_cast<double>(static_cast<float>(value / scale));
    }
  }
}

/// Moves numbers with the digits of a float32 by less than its roundoff.
void add_digits(std::span<double> values, const GradientSpec& spec, const char* array) {
  const Random random(spec.seed, stream_named(array));
  std::uint64_t place = 0;
  for (double& x : values) x *= 1.0 + 0x1p-26 * random.uniform(place++);
}

}  // namespace

GradientCase with_positions(const GradientCase& c, bool learned) {
  if (c.model.learns_positions() == learned) return c;
  GradientCase other = c;
  other.model.position_rows = learned ? c.sequences.length() + rows_beyond_length : 0;
  const auto seed = std::bit_cast<std::uint64_t>(c.theta.input_map()(0, 0));
  other.theta = draw_parameters(other.model, seed);
  for (const ParameterSlot& slot : c.theta.slots()) {
    const auto same = std::ranges::find(other.theta.slots(), slot.name, &ParameterSlot::name);
    if (same == other.theta.slots().end() || same->cols != slot.cols) continue;
    std::ranges::copy(c.theta.values(slot), other.theta.values(*same).begin());
  }
  return other;
}

GradientCase materialise(const GradientSpec& spec) {
  Model model = spec.model;
  model.position_rows = spec.learned_positions ? spec.length + rows_beyond_length : 0;
  GradientCase c{
      .model = model,
      .theta = draw_parameters(model, spec.seed),
      .omega = draw_projection(spec.model, spec.seed),
      .sequences = draw_sequences(spec.batch, spec.length, spec.model.vocab_size, spec.seed),
      .slice_length = spec.slice_length,
      .metadata = {}};
  even_out_exponents(c.theta, c.model);
  if (spec.all_digits) {
    add_digits(c.theta.values(), spec, "digits.parameters");
    add_digits(c.omega.values(), spec, "digits.projection");
  }
  put_mask(c.sequences, spec);
  pad(c.sequences, spec);
  return c;
}

}  // namespace slim::properties
