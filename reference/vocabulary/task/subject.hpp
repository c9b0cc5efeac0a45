#pragma once

#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/model/random_projection.hpp"
#include "reference/vocabulary/model/sequences.hpp"
#include "reference/vocabulary/model/state.hpp"
#include "reference/vocabulary/scalars/accumulator.hpp"
#include "reference/vocabulary/task/attention.hpp"
#include "reference/vocabulary/task/task_functions.hpp"

#include <string>
#include <vector>

namespace slim {

/// How a subject that sweeps twice over the slices makes its first sweep.
enum class FirstSweep {
  lazy,   ///< only what the prefix sums at the cuts need: their products, and not the last slice
  plain,  ///< the whole forward pass of every slice, loss included, as the paper's algorithm does
};
std::string_view name(FirstSweep sweep);
/// Throws ContractError that lists what is allowed.
FirstSweep parse_first_sweep(std::string_view text);

/// "Give me the loss, and its gradient in every parameter."
///
/// The sequences may be a segment of longer ones: then `first_position` is the position of their
/// first input, `start` the prefix sums of everything before it (null: zero), `end_cotangent` the
/// gradient of the rest of the loss in the prefix sums after it (null: zero), and `counted_targets`
/// what the sum of losses is divided by (0: the number counted here). With Φ = loss + ⟨G, B_end⟩
/// the answer is Φ's gradient; `loss` is without the inner product.
template <class T>
struct GradientTask {
  const Model& model;
  const Parameters<T>& theta;
  const Projection<T>& omega;  ///< empty unless the feature map is FAVOR+
  const Sequences& sequences;
  Index slice_length;  ///< C; at least L is the full pass
  bool wants_logits = false;
  bool wants_state = false;
  Index first_position = 0;
  Index counted_targets = 0;
  const State<accumulator_t<T>>* start = nullptr;
  const State<accumulator_t<T>>* end_cotangent = nullptr;
  FirstSweep first_sweep = FirstSweep::lazy;  ///< changes the work, and no bit of the gradient
  int threads = 1;                            ///< never changes a bit of the answer
};

/// Buffers of the right size are reused, so that a training loop allocates nothing.
template <class T>
struct GradientResult {
  T loss{};
  Parameters<T> gradient;
  Matrix<T> logits;             ///< [B·L, V] if wanted, else empty
  State<accumulator_t<T>> end;  ///< prefix sums after the last row if wanted, else empty
  Index restarts = 0;           ///< sweeps begun again, by boundaries that may have to
  State<accumulator_t<T>> start_cotangent;  ///< gradient of Φ in `start` if wanted, else empty
};

namespace detail {
/// What a task's validity depends on, whatever its scalar.
struct TaskSizes {
  const Model& model;
  const Sequences& sequences;
  const std::vector<ParameterSlot>& parameter_slots;
  std::size_t projection_entries;
  Index slice_length;
  Index first_position;
  Index counted_targets;
  const std::size_t* start_entries;          ///< null where there is no state
  const std::size_t* end_cotangent_entries;  ///< likewise
  int threads;
};
void require_valid(const TaskSizes& sizes);
}  // namespace detail

/// Throws ContractError unless sizes, tokens and optional fields fit each other. Allocates nothing
/// that is entered in the ledger.
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

/// How the bytes that a gradient takes, beyond parameters, gradient and tokens, grow with the
/// length L and the slice length C. With N = L/C slices fixed, all of them are at most affine in C.
enum class MemoryGrowth {
  unclaimed,
  slice,                ///< O(C): not a byte more for a longer sequence
  slice_and_logarithm,  ///< O(C + log N): twice as many slices add the same again
  slice_and_count,      ///< O(C + N): each slice adds the same, whatever its length
};
std::string_view name(MemoryGrowth growth);

/// What a subject claims; a law skips, and counts, what is not claimed.
struct Capabilities {
  std::vector<FeatureKind> feature_maps = {FeatureKind::square, FeatureKind::relu,
                                           FeatureKind::elu_plus_one, FeatureKind::absolute,
                                           FeatureKind::favor_plus};
  bool causal = true;
  bool bidirectional = false;
  bool sliced = true;         ///< honours slice_length
  bool resumable = true;      ///< takes a start state and gives the state it ends with
  bool deterministic = true;  ///< the same call gives the same bits
  /// Nor do strides change them: other ones may select another order of sums.
  bool same_bits_in_any_layout = true;
  bool subtracting = false;  ///< recovers sums by subtraction, so rounding may drift
  /// The same in a wider scalar: exact until the sums spread by more than its spare digits.
  bool subtracting_wide = false;
  bool isolates_non_finite = false;
  bool pullback = true;        ///< of attention; else its output and state alone
  bool key_masks = true;       ///< attention leaves out masked keys
  bool given_features = true;  ///< attention takes q and k that are features already
  /// Takes on the conventions of an attention or features task; else only its declared ones.
  bool any_attention_conventions = false;
  bool logits = true;                ///< of a gradient task gives them, if wanted
  bool chooses_first_sweep = false;  ///< honours first_sweep; others have no such sweep
  Index block = 0;                   ///< rows of an attention kernel's own blocks; 0: not stated
  Index head_block = 0;              ///< columns of its own blocks of a head; 0: not stated
  /// Claimed only by who enters all that it takes in the ledger.
  MemoryGrowth memory = MemoryGrowth::unclaimed;
  std::vector<FeatureKind> model_feature_maps{};  ///< of whole models; empty: feature_maps

  [[nodiscard]] bool takes(FeatureKind kind) const;
  [[nodiscard]] bool takes_in_models(FeatureKind kind) const;
};

/// What the memory of a gradient depends on, beside the subject.
struct GradientShape {
  const Model& model;
  Scalar scalar;
  Index length;        ///< L
  Index slice_length;  ///< C
};
/// Bytes beyond parameters, their gradient and the tokens that the subject's algorithm cannot do
/// without, on one thread, whatever the batch.
using LeastBytes = std::function<std::int64_t(const GradientShape&)>;

/// An implementation under test, in-house or foreign, right or wrong on purpose: a value.
struct Subject {
  std::string name;     ///< "boundary/prefix-sum", "reference", "mutant/what-is-wrong"
  std::string summary;  ///< one line
  Capabilities capabilities{};
  Conventions conventions{};  ///< which constants it uses; the reference takes them on
  AttentionConventions attention_conventions{};  ///< likewise, in attention and features
  GradientFunctions gradient{};
  AttentionFunctions attention{};
  FeaturesFunctions features{};
  LeastBytes least_bytes{};  ///< empty: not stated
  /// How it draws FAVOR+'s projections, if it does: a case brings its own, so that only the
  /// reference, whose vocabulary draws those of the cases, and mutants of it do.
  ProjectionDraw projection{};
};

}  // namespace slim
