// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

#include <string>
#include <string_view>

namespace slim {

/// The function f of a feature map g(x) = f(u), where u is x or its projection x ω. Attention takes
/// all of them, whole models the first five.
enum class FeatureKind {
  square,        ///< u²
  relu,          ///< max(u, 0)
  elu_plus_one,  ///< u + 1, or e^u for u ≤ 0
  absolute,      ///< |u|
  favor_plus,    ///< e^(u − |x|²/2), always projected
  identity,
  exponential,    ///< e^u
  softplus,       ///< log(1 + e^u)
  sigmoid,        ///< 1/(1 + e^(−u))
  squared_relu,   ///< max(u, 0)²
  gelu,           ///< u (1 + erf(u/√2))/2
  gelu_tanh,      ///< u (1 + tanh(√(2/π)(u + 0.044715 u³)))/2
  silu,           ///< u/(1 + e^(−u))
  relu_plus_one,  ///< max(u, 0) + 1
  softmax,        ///< e^u/Σ e^u over the features of a row
  hyperbolic,     ///< e^u of all u, then e^(−u) of all u
  trigonometric,  ///< cos u of all u, then sin u of all u
  taylor,      ///< 1, u_i, u_i u_j of i < j, u_i²/√2: g(q)·g(k) = 1 + s + s²/2, s = u_q·u_k
  taylor_all,  ///< 1, u_i, u_i u_j/√2 of all i and j: the same g(q)·g(k)
  own,         ///< the subject's own, without a definition here: FeatureMap::own evaluates it
};
inline constexpr int feature_kinds = 19;  ///< with a definition: all but `own`

/// Whether features cannot be negative, so that attention averages.
bool is_nonnegative(FeatureKind kind);
/// Whether features are exponentials of u, in whose exponent ε and stabilisers have a meaning.
bool has_exponent(FeatureKind kind);
/// Whether a factor e^(−|x|²/2) or e^(|x|²/2) makes an unbiased feature of exp(q·k) of it; FAVOR+
/// has it already.
bool takes_norm_factor(FeatureKind kind);
/// Whether the derivative jumps at 0.
bool has_kink(FeatureKind kind);
/// Whether features grow or vanish exponentially with x, so that wide ranges of x make no sense.
bool is_smooth_exponential(FeatureKind kind);
/// Whether whole models take the map.
bool is_of_models(FeatureKind kind);

class OwnMap;

/// A feature map and its width. Names in files and on the command line: "sqr" (or "square"),
/// "relu", "elu+1", "abs", "identity", "exp", "softplus", "sigmoid", "squared-relu", "gelu",
/// "gelu-tanh", "silu", "relu+1", "softmax", "cosh", "cos-sin", "taylor", "taylor-all", "own";
/// "favor+_m" with m blocks of d random projections each, and NAME_m for f(x ω) with as many.
struct FeatureMap {
  FeatureKind kind = FeatureKind::square;
  Index blocks = 1;        ///< m, used by projected maps only
  bool projected = false;  ///< u = x ω; favor_plus always is
  /// Of FeatureKind::own, else null. It belongs to the subject, and no file stores it.
  const OwnMap* own = nullptr;

  [[nodiscard]] bool is_projected() const { return projected || kind == FeatureKind::favor_plus; }
  /// The number of u of a head of width `d`: columns of ω if the map is projected.
  [[nodiscard]] Index arguments(Index d) const { return is_projected() ? blocks * d : d; }
  /// M, the number of features.
  [[nodiscard]] Index features(Index d) const;
  bool operator==(const FeatureMap&) const = default;
};

/// The name of f alone, such as "favor+".
std::string_view name(FeatureKind kind);
std::string name(const FeatureMap& map);
/// Throws ContractError that lists the allowed values.
FeatureKind parse_feature_kind(std::string_view text);
FeatureMap parse_feature_map(std::string_view text);

}  // namespace slim
