// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/model/model.hpp"

#include <string>
#include <string_view>

namespace slim {

/// Where a small ε is added to avoid division by 0 in Y = A/D, with A = R g(Q) and D = S·g(Q).
enum class EpsilonPlace {
  denominator,  ///< Y = A/(D + ε)
  feature,      ///< g(x) + ε in place of g(x), for queries and keys
  exponent,     ///< exp(… + ε) in place of exp(…), FAVOR+ only
  sums,         ///< D = (S + ε)·g(Q); the state passed on excludes ε
  when_small,   ///< D + 2ε where |D| ≤ ε, and D elsewhere
  clamped,      ///< max(D, ε), whose slope is 0 at the tie
};

/// Which of queries and keys are scaled before the feature map, so that scores x_q·x_k include the
/// factor 1/√d. Any value but the first applies to every feature map.
enum class Scaling {
  by_feature_map,  ///< both for FAVOR+ and softmax, none for elementwise maps
  none,
  queries,  ///< by d^(-1/2)
  keys,     ///< by d^(-1/2)
  both,     ///< by d^(-1/4) each
};

/// The rows over which the largest projection x·ω_m is taken that FAVOR+ subtracts in its exponent
/// to avoid overflow. Masked keys are excluded.
enum class Stabiliser {
  none,
  per_row,      ///< over the features of the row
  over_length,  ///< over the features and rows of the head
  over_all,     ///< over features, rows, heads and sequences
};

/// Choices in which implementations of kernel attention differ. The defaults are the paper's.
struct AttentionConventions {
  EpsilonPlace epsilon_place = EpsilonPlace::denominator;
  double epsilon = 1e-16;
  Scaling scaling = Scaling::by_feature_map;
  bool divides_by_root_features = false;  ///< g(x)/√M in place of g(x), including any ε in g
  Stabiliser query_stabiliser = Stabiliser::none;
  Stabiliser key_stabiliser = Stabiliser::none;
  bool stabiliser_detached = true;      ///< else it has a gradient, at the first maximum
  double relu_slope_at_zero = 0.0;      ///< derivative of max(x, 0) at 0
  double absolute_slope_at_zero = 0.0;  ///< derivative of |x| at 0
  /// For x ≤ 0 map elu+1 is rounded as a number of this size: 0 for e^x, 1 for (e^x − 1) + 1.
  double elu_cancellation = 0.0;
  bool operator==(const AttentionConventions&) const = default;
};

/// Names in files and on the command line, such as "when-small", "by-feature-map", "over-length".
std::string_view name(EpsilonPlace place);
std::string_view name(Scaling scaling);
std::string_view name(Stabiliser stabiliser);
/// Each throws ContractError that lists the allowed values.
EpsilonPlace parse_epsilon_place(std::string_view text);
Scaling parse_scaling(std::string_view text);
Stabiliser parse_stabiliser(std::string_view text);

/// JSON text without the fields that have the default value: "{}" for the paper's.
std::string to_text(const AttentionConventions& conventions);
/// The same with all fields.
std::string to_full_text(const AttentionConventions& conventions);
/// Throws ContractError on an unknown field, one given twice, or a value of the wrong kind.
AttentionConventions parse_attention_conventions(std::string_view text);

/// The conventions that affect a case; all others are reset to valid defaults. Exponents and
/// stabilisers affect FAVOR+ only, cancellation elu+1 only, and given features exclude all
/// conventions of the feature map.
AttentionConventions acting_on(AttentionConventions conventions, FeatureKind kind,
                               bool features_given);

/// Throws ContractError unless the numbers are finite and every choice is meaningful for this
/// feature map: exponents and stabilisers need FAVOR+. With `features_given`, conventions of the
/// feature map are rejected, too.
void require_valid(const AttentionConventions& conventions, FeatureKind kind, bool features_given);

}  // namespace slim
