// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/model/own_map.hpp"
#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/model/random_projection.hpp"
#include "reference/vocabulary/model/sequences.hpp"
#include "reference/vocabulary/model/state.hpp"
#include "reference/vocabulary/scalars/accumulator.hpp"
#include "reference/vocabulary/task/attention.hpp"
#include "reference/vocabulary/task/task_functions.hpp"

#include <functional>
#include <string>
#include <vector>

namespace slim {

/// The form of the first of two forward sweeps over the slices.
enum class FirstSweep {
  lazy,   ///< only the prefix sums at the cuts and what they need; not the last slice
  plain,  ///< the forward pass of every slice including the loss, as in the paper
};
std::string_view name(FirstSweep sweep);
/// Throws ContractError that lists the allowed values.
FirstSweep parse_first_sweep(std::string_view text);

/// A task: the loss and its gradient with respect to every parameter.
///
/// The sequences may be a segment of longer ones. Then `first_position` is the position of their
/// first input, `start` the prefix sums of all preceding rows (null: zero), `end_cotangent` the
/// gradient of the remaining loss with respect to the prefix sums after the segment (null: zero),
/// and `counted_targets` the divisor of the summed loss (0: the number counted here). The result is
/// the gradient of Φ = loss + ⟨G, B_end⟩; `loss` excludes the inner product.
template <class T>
struct GradientTask {
  const Model& model;
  const Parameters<T>& theta;
  const Projection<T>& omega;  ///< empty unless the feature map is FAVOR+
  const Sequences& sequences;
  Index slice_length;  ///< C; at least L: one slice
  bool wants_logits = false;
  bool wants_state = false;
  Index first_position = 0;
  Index counted_targets = 0;
  const State<accumulator_t<T>>* start = nullptr;
  const State<accumulator_t<T>>* end_cotangent = nullptr;
  FirstSweep first_sweep = FirstSweep::lazy;  ///< changes the work, but no bit of the gradient
  int threads = 1;                            ///< never changes a bit of the result
};

/// Buffers of the right size are reused, so that a training loop does not allocate.
template <class T>
struct GradientResult {
  T loss{};
  Parameters<T> gradient;
  Matrix<T> logits;             ///< [B·L, V] if requested, else empty
  State<accumulator_t<T>> end;  ///< prefix sums after the last row if requested, else empty
  Index restarts = 0;           ///< sweeps that a boundary had to restart
  State<accumulator_t<T>>
      start_cotangent;  ///< of Φ with respect to `start` if requested, else empty
};

namespace detail {
/// The properties on which a task's validity depends, for any scalar.
struct TaskSizes {
  const Model& model;
  const Sequences& sequences;
  const std::vector<ParameterSlot>& parameter_slots;
  std::size_t projection_entries;
  Index slice_length;
  Index first_position;
  Index counted_targets;
  const std::size_t* start_entries;          ///< null if there is no state
  const std::size_t* end_cotangent_entries;  ///< likewise
  int threads;
};
void require_valid(const TaskSizes& sizes);
}  // namespace detail

/// Throws ContractError unless sizes, tokens and optional fields are consistent. Makes no
/// allocation that the ledger records.
template <class T>
void require_valid(const GradientTask<T>& task) {
  const std::size_t start = task.start == nullptr ? 0 : task.start->values().size();
  const std::size_t end = task.end_cotangent == nullptr ? 0 : task.end_cotangent->values().size();
  detail::require_valid(
      detail::TaskSizes{.model = task.model,
                        .sequences = task.sequences,
                        .parameter_slots = task.theta.slots(),
                        .projection_entries = task.omega.values().size(),
                        .slice_length = task.slice_length,
                        .first_position = task.first_position,
                        .counted_targets = task.counted_targets,
                        .start_entries = task.start == nullptr ? nullptr : &start,
                        .end_cotangent_entries = task.end_cotangent == nullptr ? nullptr : &end,
                        .threads = task.threads});
}

using GradientFunctions = TaskFunctions<GradientTask, GradientResult>;
using AttentionFunctions = TaskFunctions<AttentionTask, AttentionResult>;
using FeaturesFunctions = TaskFunctions<FeaturesTask, FeaturesResult>;
template <class T>
using GradientFunction = GradientFunctions::Function<T>;
template <class T>
using AttentionFunction = AttentionFunctions::Function<T>;
template <class T>
using FeaturesFunction = FeaturesFunctions::Function<T>;

/// How the memory of a gradient beyond parameters, gradient and tokens grows with the length L and
/// the slice length C. With N = L/C slices fixed, all of these are at most affine in C.
enum class MemoryGrowth {
  unclaimed,
  slice,                ///< O(C): independent of the length
  slice_and_logarithm,  ///< O(C + log N): doubling the slices adds a constant
  slice_and_count,      ///< O(C + N): each slice adds a constant
};
std::string_view name(MemoryGrowth growth);

/// The claims of a subject. A law skips, and counts, cases that are not claimed.
struct Capabilities {
  std::vector<FeatureKind> feature_maps = {FeatureKind::square, FeatureKind::relu,
                                           FeatureKind::elu_plus_one, FeatureKind::absolute,
                                           FeatureKind::favor_plus};
  bool projects = false;  ///< attention applies its feature maps to projections x ω
  bool causal = true;
  bool bidirectional = false;
  bool sliced = true;         ///< honours slice_length
  bool resumable = true;      ///< accepts a start state and returns the end state
  bool deterministic = true;  ///< the same call gives the same bits
  /// Strides do not change the bits either; they might select another order of summation.
  bool same_bits_in_any_layout = true;
  bool subtracting = false;  ///< recovers sums by subtraction, so errors may accumulate
  /// The same in a wider scalar: exact until the sums differ by more than its spare digits.
  bool subtracting_wide = false;
  bool isolates_non_finite = false;
  bool pullback = true;        ///< of attention; else output and state only
  bool key_masks = true;       ///< attention supports masked keys
  bool given_features = true;  ///< attention accepts q and k that are features already
  /// Itself gives 0 as the output of absent queries, and no gradient of it.
  bool answers_absent_queries = false;
  /// Follows the conventions of an attention or features task; else supports its declared ones
  /// only.
  bool any_attention_conventions = false;
  bool logits = true;                ///< a gradient task returns them if requested
  bool chooses_first_sweep = false;  ///< honours first_sweep; others have no such sweep
  /// Unit roundoff to which the factors of its products are rounded before they are multiplied, as
  /// in TF32; 0: they are not.
  double roundoff_of_factors = 0.0;
  bool sums_in_narrow = false;  ///< in a narrow scalar, sums are rounded to it, not to float32
  Index block = 0;              ///< rows of an attention kernel's own blocks; 0: not stated
  Index head_block = 0;         ///< columns of its own blocks of a head; 0: not stated
  /// To be claimed only if the ledger records all memory.
  MemoryGrowth memory = MemoryGrowth::unclaimed;
  bool sinusoidal_positions = true;  ///< of whole models
  bool learned_positions = false;    ///< likewise: a table of them is a parameter
  bool left_padding = false;         ///< whole models take batches with padding on this side
  bool right_padding = false;        ///< likewise
  bool resumable_models = true;      ///< whole models accept a start state and return the end state
  std::vector<FeatureKind> model_feature_maps{};  ///< for whole models; empty: as feature_maps
  std::shared_ptr<const OwnMap> own_map{};        ///< evaluates FeatureKind::own, if it is listed
  bool own_map_differs_by_row = false;            ///< it depends on the index of a row
  bool own_map_differs_by_length = false;         ///< and on the number of rows

  /// Whether attention takes the map.
  [[nodiscard]] bool takes(const FeatureMap& map) const;
  [[nodiscard]] bool takes_in_models(FeatureKind kind) const;
};

/// The sizes, besides the subject, on which the memory of a gradient depends.
struct GradientShape {
  const Model& model;
  Scalar scalar;
  Index length;        ///< L
  Index slice_length;  ///< C
};
/// A lower bound on the bytes that the subject's algorithm needs beyond parameters, their gradient
/// and the tokens, on one thread, for any batch.
using LeastBytes = std::function<std::int64_t(const GradientShape&)>;

template <class T>
struct AttentionInputs;

/// What is special about the arrays that an implementation takes, such as heads that share keys.
struct InputForm {
  std::string with;     ///< "where heads share keys", in a diagnosis
  std::string without;  ///< "where each head has its own keys"
  /// Changes a task to one of this form.
  std::function<void(AttentionInputs<double>&)> fit{};
  /// Whether the implementation also takes tasks of the usual form. Otherwise the form makes use of
  /// the key mask, and the words, unless empty, are those for tasks with a mask.
  bool is_optional = true;
};

/// An implementation under test, built-in or third-party, possibly wrong on purpose: a value.
struct Subject {
  std::string name;     ///< "boundary/prefix-sum", "reference", "mutant/what-is-wrong"
  std::string summary;  ///< one line
  Capabilities capabilities{};
  Conventions conventions{};  ///< the constants it uses; the reference follows them
  AttentionConventions attention_conventions{};  ///< likewise, in attention and features
  GradientFunctions gradient{};
  AttentionFunctions attention{};
  FeaturesFunctions features{};
  LeastBytes least_bytes{};  ///< empty: not declared
  /// What else it declares that makes its laws weaker, in words, for the head of every report.
  std::vector<std::string> weakening{};
  std::vector<InputForm> forms{};
  /// Draws FAVOR+'s projections, if the subject does so. A case includes its projections, so only
  /// the reference, whose vocabulary draws them for the cases, and mutants of it set this.
  ProjectionDraw projection{};
};

}  // namespace slim
