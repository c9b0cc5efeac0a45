// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/model/feature_map.hpp"

#include "reference/vocabulary/model/own_map.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/closest.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace slim {
namespace {

constexpr Index most_map_blocks = 1024;

// In the order of the enumeration.
constexpr std::array<std::string_view, feature_kinds + 1> kind_names = {
    "sqr",      "relu",    "elu+1",        "abs",    "favor+",     "identity", "exp",
    "softplus", "sigmoid", "squared-relu", "gelu",   "gelu-tanh",  "silu",     "relu+1",
    "softmax",  "cosh",    "cos-sin",      "taylor", "taylor-all", "own"};

bool is_kind_among(FeatureKind kind, std::initializer_list<FeatureKind> kinds) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

[[noreturn]] void refuse_map(std::string_view text) {
  throw ContractError("feature map '" + on_one_line(text) + "' is unknown: " +
                      did_you_mean(text, kind_names) + "allowed are " + listed(kind_names) +
                      ", and NAME_m, on m blocks of projections (favor+_m), with m from 1 to 1024");
}

}  // namespace

bool is_nonnegative(FeatureKind kind) {
  using enum FeatureKind;
  return !is_kind_among(kind,
                        {identity, gelu, gelu_tanh, silu, trigonometric, taylor, taylor_all, own});
}
bool has_exponent(FeatureKind kind) {
  using enum FeatureKind;
  return is_kind_among(kind, {favor_plus, exponential, hyperbolic});
}
bool takes_norm_factor(FeatureKind kind) {
  using enum FeatureKind;
  return is_kind_among(kind, {exponential, hyperbolic, trigonometric});
}
bool has_kink(FeatureKind kind) {
  using enum FeatureKind;
  return is_kind_among(kind, {relu, absolute, relu_plus_one});
}
bool is_smooth_exponential(FeatureKind kind) {
  using enum FeatureKind;
  return !is_kind_among(
      kind, {square, relu, absolute, identity, squared_relu, relu_plus_one, taylor, taylor_all});
}
bool is_of_models(FeatureKind kind) {
  return kind <= FeatureKind::favor_plus;
}

Index FeatureMap::features(Index d) const {
  const Index u = arguments(d);
  switch (kind) {
    case FeatureKind::hyperbolic:
    case FeatureKind::trigonometric:
      return 2 * u;
    case FeatureKind::taylor:
      return 1 + u + u * (u + 1) / 2;
    case FeatureKind::taylor_all:
      return 1 + u + u * u;
    case FeatureKind::own:
      require(own != nullptr, "feature map 'own' is that of a subject, which must be given");
      return own->features(u);
    default:
      return u;
  }
}

std::string_view name(FeatureKind kind) {
  return kind_names.at(static_cast<std::size_t>(kind));
}

std::string name(const FeatureMap& map) {
  const std::string of_kind(name(map.kind));
  return map.is_projected() ? of_kind + "_" + std::to_string(map.blocks) : of_kind;
}

FeatureKind parse_feature_kind(std::string_view text) {
  if (text == "square") return FeatureKind::square;
  const auto found = std::ranges::find(kind_names, text);
  if (found == kind_names.end()) refuse_map(text);
  return static_cast<FeatureKind>(found - kind_names.begin());
}

FeatureMap parse_feature_map(std::string_view text) {
  const std::size_t bar = text.rfind('_');
  if (bar == std::string_view::npos) {
    const FeatureMap map{.kind = parse_feature_kind(text)};
    if (map.is_projected()) refuse_map(text);
    return map;
  }
  const std::string_view digits = text.substr(bar + 1);
  const auto found = std::ranges::find(kind_names, text.substr(0, bar));
  Index blocks = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), blocks);
  const bool is_number = error == std::errc{} && end == digits.data() + digits.size();
  if (found == kind_names.end() || !is_number || blocks < 1 || blocks > most_map_blocks)
    refuse_map(text);
  return {.kind = static_cast<FeatureKind>(found - kind_names.begin()),
          .blocks = blocks,
          .projected = *found != name(FeatureKind::favor_plus)};
}

}  // namespace slim
