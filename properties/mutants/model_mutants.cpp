// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/model_mutants.hpp"

#include "properties/mutants/body.hpp"
#include "properties/mutants/whole_models.hpp"
#include "reference/performer/gradient.hpp"

#include <algorithm>

namespace slim::properties::mutants {
namespace {

template <class T>
void scale(GradientResult<T>& result, double by) {
  result.loss *= static_cast<T>(by);
  for (T& entry : result.gradient.values()) entry *= static_cast<T>(by);
}

struct MaskIgnored {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    Sequences all(task.sequences.batch(), task.sequences.length());
    for (Index b = 0; b < all.batch(); ++b) {
      std::ranges::copy(task.sequences.tokens(b), all.tokens(b).begin());
    }
    reference::gradient(with_inputs(task, {.sequences = &all}), result);
  }
};

struct NormalisedByAllPositions {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    reference::gradient(task, result);
    const Index all = task.sequences.batch() * task.sequences.length();
    const Index counted =
        task.counted_targets > 0 ? task.counted_targets : task.sequences.counted_targets();
    scale(result, static_cast<double>(counted) / static_cast<double>(all));
  }
};

/// One sequence of a batch.
Sequences sequence_of(const Sequences& sequences, Index b) {
  Sequences one(1, sequences.length());
  std::ranges::copy(sequences.tokens(b), one.tokens(0).begin());
  if (sequences.has_mask()) {
    one.add_mask();
    std::ranges::copy(sequences.mask(b), one.mask(0).begin());
  }
  return one;
}

/// Loss and gradient are the means of those of single sequences, each divided by its own number of
/// targets.
struct MeanOfSequenceMeans {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    reference::gradient(task, result);
    const Index B = task.sequences.batch();
    const bool is_segment =
        task.counted_targets > 0 || task.start != nullptr || task.end_cotangent != nullptr;
    if (B == 1 || is_segment) return;
    result.loss = T(0);
    std::ranges::fill(result.gradient.values(), T(0));
    for (Index b = 0; b < B; ++b) {
      const Sequences one = sequence_of(task.sequences, b);
      if (one.counted_targets() == 0) continue;
      GradientTask<T> of_one = with_inputs(task, {.sequences = &one});
      of_one.counted_targets = B * one.counted_targets();
      of_one.wants_logits = of_one.wants_state = false;
      GradientResult<T> part;
      reference::gradient(of_one, part);
      result.loss += part.loss;
      for (std::size_t i = 0; i < part.gradient.values().size(); ++i) {
        result.gradient.values()[i] += part.gradient.values()[i];
      }
    }
  }
};

struct DividedByNumberOfSlices {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    reference::gradient(task, result);
    const Index L = task.sequences.length();
    const Index slices = (L + task.slice_length - 1) / task.slice_length;
    for (T& entry : result.gradient.values()) entry /= T(slices);
  }
};

struct LayerNormEpsilon {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    Model model = task.model;
    model.conventions.layer_norm_epsilon = 1e-6;
    reference::gradient(with_inputs(task, {.model = &model}), result);
  }
};

struct LastSequenceOnly {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    reference::gradient(task, result);
    const Index last = task.sequences.batch() - 1;
    if (last == 0 || task.start != nullptr || task.end_cotangent != nullptr) return;
    const T loss = result.loss;
    const Sequences one = sequence_of(task.sequences, last);
    GradientTask<T> of_last = with_inputs(task, {.sequences = &one});
    if (of_last.counted_targets == 0) {
      of_last.counted_targets = task.sequences.counted_targets();
    }
    of_last.wants_logits = false;
    of_last.wants_state = false;
    GradientResult<T> of_one = result;
    reference::gradient(of_last, of_one);
    result.gradient = of_one.gradient;
    result.loss = loss;
  }
};

/// The member of a task that is ignored.
enum class Forgotten { first_position, start, end_cotangent, counted_targets };

struct Forgets {
  Forgotten what;

  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    GradientTask<T> changed = task;
    switch (what) {
      case Forgotten::first_position:
        changed.first_position = 0;
        break;
      case Forgotten::start:
        changed.start = nullptr;
        break;
      case Forgotten::end_cotangent:
        changed.end_cotangent = nullptr;
        break;
      case Forgotten::counted_targets:
        changed.counted_targets = 0;
        break;
    }
    reference::gradient(changed, result);
  }
};

Sequences targets_between(const Sequences& sequences, Index first, Index last) {
  Sequences part(sequences.batch(), last - first);
  if (sequences.has_mask()) part.add_mask();
  const auto at = static_cast<std::size_t>(first);
  const auto size = static_cast<std::size_t>(last - first) + 1;
  for (Index b = 0; b < sequences.batch(); ++b) {
    std::ranges::copy(sequences.tokens(b).subspan(at, size), part.tokens(b).begin());
    if (!sequences.has_mask()) continue;
    std::ranges::copy(sequences.mask(b).subspan(at, size), part.mask(b).begin());
  }
  return part;
}

/// Each slice is computed as a segment with the first position of the task: forward with the state,
/// backward with its cotangent.
struct PositionRestartedInEverySlice {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    const Index L = task.sequences.length();
    const Index C = std::min(task.slice_length, L);
    const Index N = (L + C - 1) / C;
    if (N == 1) {
      reference::gradient(task, result);
      return;
    }
    std::vector<Sequences> slices;
    for (Index n = 0; n < N; ++n) {
      slices.push_back(targets_between(task.sequences, n * C, std::min((n + 1) * C, L)));
    }
    const auto of_slice = [&](Index n, const State<T>* start, const State<T>* end_cotangent) {
      GradientTask<T> one = with_inputs(task, {.sequences = &slices[static_cast<std::size_t>(n)]});
      one.counted_targets =
          task.counted_targets > 0 ? task.counted_targets : task.sequences.counted_targets();
      one.start = start;
      one.end_cotangent = end_cotangent;
      one.wants_state = true;
      GradientResult<T> answer;
      reference::gradient(one, answer);
      return answer;
    };
    std::vector<State<T>> ends;
    const auto start_of = [&](Index n) {
      return n == 0 ? task.start : &ends[static_cast<std::size_t>(n) - 1];
    };
    for (Index n = 0; n < N; ++n) ends.push_back(of_slice(n, start_of(n), nullptr).end);
    GradientResult<T> all;
    all.loss = T(0);
    all.gradient = Parameters<T>(task.model, MemoryTag::gradient);
    if (task.wants_logits) {
      all.logits = Matrix<T>::Zero(task.sequences.batch() * L, task.model.vocab_size);
    }
    const State<T>* end_cotangent = task.end_cotangent;
    for (Index n = N - 1; n >= 0; --n) {
      GradientResult<T> slice = of_slice(n, start_of(n), end_cotangent);
      add(slice, n * C, L, all);
      all.start_cotangent = std::move(slice.start_cotangent);
      end_cotangent = &all.start_cotangent;
    }
    if (task.wants_state) {
      all.end = std::move(ends.back());
    } else {
      all.start_cotangent = {};
    }
    result = std::move(all);
  }

 private:
  template <class T>
  static void add(const GradientResult<T>& slice, Index first, Index L, GradientResult<T>& all) {
    all.loss += slice.loss;
    const std::span<T> sum = all.gradient.values();
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += slice.gradient.values()[i];
    if (all.logits.size() == 0) return;
    const Index batch = all.logits.rows() / L;
    const Index rows = slice.logits.rows() / batch;
    for (Index b = 0; b < batch; ++b) {
      all.logits.middleRows(b * L + first, rows) = slice.logits.middleRows(b * rows, rows);
    }
  }
};

/// Half precision represents all integers up to 2048, some larger ones, and none above 65504.
struct PositionInHalf {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    constexpr Index largest = 65504;
    const auto position = static_cast<double>(std::min(task.first_position, largest));
    GradientTask<T> rounded = task;
    rounded.first_position = static_cast<Index>(to_double(rounded_to<Float16>(position)));
    reference::gradient(rounded, result);
  }
};

struct ProjectionRedrawn {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    thread_local int calls = 0;
    Projection<T> omega = task.omega;
    for (T& x : omega.values()) x *= static_cast<T>(1.0 + 0.01 * (++calls % 97));
    reference::gradient(with_inputs(task, {.omega = &omega}), result);
  }
};

/// Writes into the gap between a bias and the next tensor.
struct BiasWrittenPastItsEnd {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    reference::gradient(task, result);
    const ParameterSlot& bias = result.gradient.slots()[2];
    result.gradient.values()[static_cast<std::size_t>(bias.offset + bias.size())] = T(1);
  }
};

template <class T>
class CarriedGradientLost final : public CorrectPrefixSum<T> {
 public:
  void pull_back(const chunked::HeadSlice<T>& head, chunked::HeadCotangents<T> cotangents,
                 std::span<T> kept, std::span<T> scratch) const override {
    cotangents.dR.setZero();
    cotangents.dS.setZero();
    CorrectPrefixSum<T>::pull_back(head, cotangents, kept, scratch);
  }
};

template <class T>
class SliceSumDoubled final : public CorrectPrefixSum<T> {
 public:
  void slice_sum(const chunked::HeadSlice<T>& head, MatrixView<T> RS) const override {
    CorrectPrefixSum<T>::slice_sum(head, RS);
    RS *= T(2);
  }
};

template <class T>
class SliceSumWithoutKeys final : public CorrectPrefixSum<T> {
 public:
  void slice_sum(const chunked::HeadSlice<T>& head, MatrixView<T> RS) const override {
    CorrectPrefixSum<T>::slice_sum(head, RS);
    RS.row(RS.rows() - 1).setZero();
  }
};

/// Computes Y_l from the sums at the end of its slice.
template <class T>
class OwnSliceWhole final : public CorrectPrefixSum<T> {
 public:
  void forward(const chunked::HeadSlice<T>& head, StridedView<T> Y, std::span<T> kept,
               std::span<T> scratch) const override {
    CorrectPrefixSum<T>::forward(head, Y, kept, scratch);
    const Matrix<T> R = head.R + head.V.transpose() * head.gK;
    const Vector<T> S = head.S + head.gK.colwise().sum().transpose();
    for (Index l = 0; l < head.rows(); ++l) {
      const T D = head.gQ.row(l).dot(S) + head.epsilon;
      Y.row(l) = head.gQ.row(l) * R.transpose() / D;
    }
  }
};

}  // namespace

std::vector<Mutant> model_mutants() {
  return {
      model_mutant("mask-ignored-by-loss", "masked targets count in the loss",
                   "an option that is accepted and ignored", in_every_scalar(MaskIgnored())),
      model_mutant("normalised-by-all-positions",
                   "the loss is divided by the number of all positions in place of counted ones",
                   "losses that are normalised differently in training and in evaluation",
                   in_every_scalar(NormalisedByAllPositions())),
      model_mutant(
          "mean-of-sequence-means",
          "the loss is the mean of the mean losses of sequences, which differs if they have "
          "different numbers of targets",
          "losses averaged per sequence, then over the batch",
          in_every_scalar(MeanOfSequenceMeans())),
      model_mutant("gradient-divided-by-slices", "the gradient is divided by the number of slices",
                   "slices accumulated as if they were the steps of gradient accumulation",
                   in_every_scalar(DividedByNumberOfSlices())),
      model_mutant(
          "layer-norm-epsilon-of-a-millionth", "the ε of LayerNorm is 1e-6 in place of 1e-5",
          "ports between libraries with different defaults", in_every_scalar(LayerNormEpsilon())),
      model_mutant("last-sequence-only",
                   "the gradient of a batch is that of its last sequence, while the loss is right",
                   "gradients that are assigned instead of added",
                   in_every_scalar(LastSequenceOnly())),
      model_mutant("position-restarted", "the positions of a later segment start at 0 again",
                   "positions counted within a slice",
                   in_every_scalar(Forgets{Forgotten::first_position})),
      model_mutant("position-restarted-in-every-slice",
                   "the positions of every slice start where those of the first slice start",
                   "positions counted within a slice",
                   in_every_scalar(PositionRestartedInEverySlice())),
      model_mutant("position-in-half",
                   "the position of a segment's first row is stored in half precision",
                   "positions in the type of the activations: float16 is exact only up to 2048",
                   in_every_scalar(PositionInHalf())),
      model_mutant("model-start-ignored", "the start state of a segment is treated as 0",
                   "slices folded into the batch", in_every_scalar(Forgets{Forgotten::start})),
      model_mutant(
          "model-end-cotangent-ignored", "the cotangent of a segment's end state is treated as 0",
          "states detached between segments", in_every_scalar(Forgets{Forgotten::end_cotangent})),
      model_mutant("counted-targets-ignored",
                   "the loss of a segment is divided by its own number of targets",
                   "losses averaged per segment",
                   in_every_scalar(Forgets{Forgotten::counted_targets})),
      model_mutant("model-projection-redrawn", "the projection changes from call to call",
                   "features that are redrawn in evaluation, too",
                   in_every_scalar(ProjectionRedrawn())),
      model_mutant("bias-written-past-its-end",
                   "the gradient of the logits' bias has one entry too many",
                   "loops over a vocabulary that is padded to a round number",
                   in_every_scalar(BiasWrittenPastItsEnd())),
      model_mutant("model-carried-gradient-lost",
                   "the cotangent of the sums is reset at each slice of the backward sweep",
                   "states detached between slices, as in truncated training",
                   stored_with<CarriedGradientLost>()),
      model_mutant("slice-sum-doubled", "the contribution of a slice to the sums is added twice",
                   "a state that is updated both by the loop and by its body",
                   stored_with<SliceSumDoubled>()),
      model_mutant("slice-sum-without-keys",
                   "the sums are carried to later slices without the key sum",
                   "states without the key sum", stored_with<SliceSumWithoutKeys>()),
      model_mutant(
          "model-own-slice-whole", "a row attends to its whole slice, including later rows",
          "a missing triangular mask in the product inside a slice", stored_with<OwnSliceWhole>()),
  };
}

}  // namespace slim::properties::mutants
