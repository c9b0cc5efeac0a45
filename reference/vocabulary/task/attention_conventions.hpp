// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/model/feature_map.hpp"
#include "reference/vocabulary/task/epsilons.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace slim {

/// By what A = R g(Q) of a row is divided; in any case the output is c A/…, with the output scale
/// c.
enum class Normaliser {
  denominator,  ///< D = S·g(Q)
  none,         ///< 1
  length,       ///< L, the number of rows
  keys,         ///< the number of keys that the row attends to, at least 1
  position,     ///< l + 1, the number of rows up to this one; causal attention only
};

/// The rows whose entries have length 1 together: |x|² is the sum over all of them.
enum class UnitLength { none, row, head, sequence };

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

/// On what the output scale depends, besides its number.
enum class OutputScale { number, root_width, root_features };

/// Parts of the keys that differ from those of the queries; what is not given is the same.
struct KeyParts {
  std::optional<FeatureKind> map{};  ///< f; it must have as many features
  std::optional<UnitLength> unit_length{};
  std::optional<double> input_scale{};
  std::optional<bool> norm_factor{};
  std::optional<double> feature_scale{};
  std::optional<bool> divides_by_root_features{};
  std::optional<bool> divides_by_sum{};
  /// g(k_l)_m/Σ_l g(k_l)_m over the rows of the head that are not masked; bidirectional attention
  /// without start state only. It comes in place of the other divisions.
  bool divides_by_length_sum = false;
  /// The same with the sum over the rows up to l alone, in either direction.
  bool divides_by_running_sum = false;

  [[nodiscard]] bool divides_over_rows() const {
    return divides_by_length_sum || divides_by_running_sum;
  }
  bool operator==(const KeyParts&) const = default;
};

/// Choices in which implementations of kernel attention differ. The defaults are the paper's.
///
/// They are the parts of which an attention is composed, in this order: normalise x to unit length,
/// scale it, project it (FeatureMap::projected), apply f, scale that, add ε, divide, add ε; then
/// the sums of attention, the weight of a row's own key, and the division. Each part may be absent.
struct AttentionConventions {
  Normaliser normaliser = Normaliser::denominator;
  double output_scale = 1.0;                          ///< c, times the next
  OutputScale output_scale_by = OutputScale::number;  ///< 1, 1/√D (width of q), 1/√M
  Epsilons epsilons{EpsilonPlace::denominator, 1e-16};
  /// Every ε of the denominator is multiplied by the number of rows L, as in Y = (A/L)/(D/L + ε).
  bool epsilon_times_length = false;
  /// w that is added to the weight of a row's own key, unless it is masked: A + w v and D + w.
  double own_weight = 0.0;
  bool own_weight_is_length = false;          ///< w = L in place of that number
  UnitLength unit_length = UnitLength::none;  ///< x/|x| in place of x
  Scaling scaling = Scaling::by_feature_map;
  double input_scale = 1.0;    ///< an additional factor on queries and keys
  bool norm_factor = false;    ///< f e^(−|x|²/2), cos-sin e^(|x|²/2), with the scaled x
  double feature_scale = 1.0;  ///< a factor on f(u), before ε is added
  bool divides_by_root_features = false;  ///< g(x)/√M in place of g(x), including any ε in g
  bool divides_by_sum = false;            ///< g(x)/Σ g(x) over the features of the row, likewise
  /// g(q)_m/S_m with the sums S of the keys that the row attends to: keys have the sum 1 over the
  /// rows so far. Without a denominator only.
  bool divides_by_key_sums = false;
  Stabiliser query_stabiliser = Stabiliser::none;
  Stabiliser key_stabiliser = Stabiliser::none;
  bool stabiliser_detached = true;      ///< else it has a gradient, at the first maximum
  double relu_slope_at_zero = 0.0;      ///< derivative of max(x, 0) at 0
  double absolute_slope_at_zero = 0.0;  ///< derivative of |x| at 0
  double softplus_threshold = 0.0;      ///< above it softplus is the identity; 0: nowhere
  /// For x ≤ 0 map elu+1 is rounded as a number of this size: 0 for e^x, 1 for (e^x − 1) + 1.
  double elu_cancellation = 0.0;
  KeyParts keys{};
  bool operator==(const AttentionConventions&) const = default;
};

/// The paper's conventions without a normaliser, and so without ε in the denominator.
AttentionConventions without_normaliser(AttentionConventions conventions = {});

/// The largest ε that belongs to the denominator, of L rows.
double epsilon_of_denominator(const AttentionConventions& conventions, Index L);

/// Whether the output of a row is a weighted mean of values, so that weights have the sum 1.
bool averages(const AttentionConventions& conventions);
/// Whether a row's own key has a weight of its own.
bool has_own_weight(const AttentionConventions& conventions);
/// Whether the output is linear in the features of the queries.
bool is_linear_in_queries(const AttentionConventions& conventions);
/// Whether answers depend on the number of rows, or on other rows in another way than by the sums
/// of attention: states cannot carry it on.
bool needs_whole_sequences(const AttentionConventions& conventions);
/// Whether a row depends on later ones, so that attention cannot be causal.
bool looks_ahead(const AttentionConventions& conventions);
/// Whether heads of a sequence depend on each other by their lengths.
bool couples_heads(const AttentionConventions& conventions);

/// Names in files and on the command line, such as "none", "by-feature-map", "over-length".
std::string_view name(Normaliser normaliser);
/// "none", "row", "head", "sequence"
std::string_view name(UnitLength unit_length);
std::string_view name(Scaling scaling);
std::string_view name(Stabiliser stabiliser);
/// Each throws ContractError that lists the allowed values.
Normaliser parse_normaliser(std::string_view text);
UnitLength parse_unit_length(std::string_view text);
Scaling parse_scaling(std::string_view text);
Stabiliser parse_stabiliser(std::string_view text);

/// JSON text without the fields that have the default value: "{}" for the paper's. A single ε is
/// written as `epsilon` and `epsilon_place`, several as `epsilons`: {"feature": 1e-3, …}.
std::string to_text(const AttentionConventions& conventions);
/// The same with all fields.
std::string to_full_text(const AttentionConventions& conventions);
/// Without any ε in the text it is 1e-16 in the denominator, or none without a normaliser. Throws
/// ContractError on an unknown field, one given twice, or a value of the wrong kind.
AttentionConventions parse_attention_conventions(std::string_view text);

/// The conventions of one side, with the parts of keys in place of those for both.
AttentionConventions of_side(AttentionConventions conventions, bool is_query);
/// Its feature map.
FeatureMap of_side(FeatureMap map, const AttentionConventions& conventions, bool is_query);

/// The conventions that affect a case; all others are reset to valid defaults. Given features
/// exclude all conventions of the feature map, and a part of it has an effect only where it exists:
/// a stabiliser with exponential maps, an ε of a sum or length where one is divided by it.
AttentionConventions acting_on(AttentionConventions conventions, const FeatureMap& map,
                               bool features_given);

/// Throws ContractError unless the numbers are finite and every choice is meaningful for this
/// feature map, as acting_on() says.
void require_valid(const AttentionConventions& conventions, const FeatureMap& map,
                   bool features_given);

}  // namespace slim
