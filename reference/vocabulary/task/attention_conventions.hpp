#pragma once

#include "reference/vocabulary/model/model.hpp"

#include <string>
#include <string_view>

namespace slim {

/// Where a small number ε keeps Y = A/D, with A = R g(Q) and D = S·g(Q), from dividing by 0.
enum class EpsilonPlace {
  denominator,  ///< Y = A/(D + ε)
  feature,      ///< g(x) + ε in place of g(x), of queries and keys
  exponent,     ///< exp(… + ε) in place of exp(…), FAVOR+ only
  sums,         ///< D = (S + ε)·g(Q); the state that is carried stays without ε
  when_small,   ///< D + 2ε where |D| ≤ ε, and D elsewhere
  clamped,      ///< max(D, ε), whose slope is 0 at the tie
};

/// On which side queries and keys are scaled before the feature map, so that scores x_q·x_k come
/// to carry 1/√d. Any value but the first acts on every feature map.
enum class Scaling {
  by_feature_map,  ///< both for FAVOR+ and softmax, none for elementwise maps
  none,
  queries,  ///< by d^(-1/2)
  keys,     ///< by d^(-1/2)
  both,     ///< by d^(-1/4) each
};

/// Whose largest projection x·ω_m is subtracted in FAVOR+'s exponent, against overflow. A key that
/// is masked has no part in it.
enum class Stabiliser {
  none,
  per_row,      ///< over the features of the row
  over_length,  ///< over the features and rows of the head
  over_all,     ///< over features, rows, heads and sequences
};

/// What implementations of kernel attention choose differently. The defaults are the paper's.
struct AttentionConventions {
  EpsilonPlace epsilon_place = EpsilonPlace::denominator;
  double epsilon = 1e-16;
  Scaling scaling = Scaling::by_feature_map;
  bool divides_by_root_features = false;  ///< g(x)/√M in place of g(x), any epsilon of it included
  Stabiliser query_stabiliser = Stabiliser::none;
  Stabiliser key_stabiliser = Stabiliser::none;
  bool stabiliser_detached = true;      ///< else the gradient goes through the first largest, too
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
/// Each throws ContractError that lists what is allowed.
EpsilonPlace parse_epsilon_place(std::string_view text);
Scaling parse_scaling(std::string_view text);
Stabiliser parse_stabiliser(std::string_view text);

/// As JSON text, fields that have the default value left out: "{}" is the paper's.
std::string to_text(const AttentionConventions& conventions);
/// The same with every field.
std::string to_full_text(const AttentionConventions& conventions);
/// Throws ContractError on an unknown field, one given twice, or a value of the wrong kind.
AttentionConventions parse_attention_conventions(std::string_view text);

/// What of the conventions acts on a case: exponents and stabilisers are FAVOR+'s, cancellation is
/// elu+1's, and where
/// features are given no map is left to act on. The rest is as by default, and valid.
AttentionConventions acting_on(AttentionConventions conventions, FeatureKind kind,
                               bool features_given);

/// Throws ContractError unless the numbers are finite and every choice has a meaning for this
/// feature map: exponents and stabilisers are FAVOR+'s. With `features_given` there is no map to
/// act on, so what acts on features is refused too.
void require_valid(const AttentionConventions& conventions, FeatureKind kind, bool features_given);

}  // namespace slim
