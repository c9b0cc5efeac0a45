#include "properties/mutants/model_mutants.hpp"

#include "properties/mutants/body.hpp"
#include "reference/gradient.hpp"

namespace slim::properties::mutants {
namespace {

/// `wrong.operator()<T>(task, result)` in every scalar.
template <class Wrong>
GradientFunctions in_every_scalar(const Wrong& wrong) {
  const auto in = [&wrong]<class T>() {
    return GradientFunction<T>([wrong](const GradientTask<T>& task, GradientResult<T>& result) {
      wrong.template operator()<T>(task, result);
    });
  };
  GradientFunctions functions;
  functions.in<float>() = in.template operator()<float>();
  functions.in<double>() = in.template operator()<double>();
  functions.in<Digits50>() = in.template operator()<Digits50>();
  return functions;
}

/// The same question about other sequences, or another model or projection.
template <class T>
GradientTask<T> about(const GradientTask<T>& task, const Model& model, const Sequences& sequences,
                      const Projection<T>& omega) {
  return {.model = model,
          .theta = task.theta,
          .omega = omega,
          .sequences = sequences,
          .slice_length = task.slice_length,
          .wants_logits = task.wants_logits,
          .wants_state = task.wants_state,
          .first_position = task.first_position,
          .counted_targets = task.counted_targets,
          .start = task.start,
          .end_cotangent = task.end_cotangent};
}

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
    reference::gradient(about(task, task.model, all, task.omega), result);
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

struct LayerNormEpsilon {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    Model model = task.model;
    model.conventions.layer_norm_epsilon = 1e-6;
    reference::gradient(about(task, model, task.sequences, task.omega), result);
  }
};

struct LastSequenceOnly {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    reference::gradient(task, result);
    const Index last = task.sequences.batch() - 1;
    if (last == 0 || task.start != nullptr || task.end_cotangent != nullptr) return;
    const T loss = result.loss;
    Sequences one(1, task.sequences.length());
    std::ranges::copy(task.sequences.tokens(last), one.tokens(0).begin());
    if (task.sequences.has_mask()) {
      one.add_mask();
      std::ranges::copy(task.sequences.mask(last), one.mask(0).begin());
    }
    GradientTask<T> of_last = about(task, task.model, one, task.omega);
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

/// What a task says of a segment, forgotten.
enum class Forgotten { first_position, start, end_cotangent, counted_targets };

struct Forgets {
  Forgotten what;

  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    GradientTask<T> deaf = about(task, task.model, task.sequences, task.omega);
    switch (what) {
      case Forgotten::first_position:
        deaf.first_position = 0;
        break;
      case Forgotten::start:
        deaf.start = nullptr;
        break;
      case Forgotten::end_cotangent:
        deaf.end_cotangent = nullptr;
        break;
      case Forgotten::counted_targets:
        deaf.counted_targets = 0;
        break;
    }
    reference::gradient(deaf, result);
  }
};

struct ProjectionRedrawn {
  template <class T>
  void operator()(const GradientTask<T>& task, GradientResult<T>& result) const {
    thread_local int calls = 0;
    Projection<T> omega = task.omega;
    for (T& x : omega.values()) x *= static_cast<T>(1.0 + 0.01 * (++calls % 97));
    reference::gradient(about(task, task.model, task.sequences, omega), result);
  }
};

/// Into the gap behind a bias, where the next tensor has not begun.
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

/// Y_l from the sums at the end of its slice.
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

Mutant model_mutant(const char* name, const char* story, const char* seen,
                    GradientFunctions gradient) {
  return {.name = std::string("mutant/") + name,
          .story = story,
          .seen = seen,
          .gradient = std::move(gradient)};
}

}  // namespace

std::vector<Mutant> model_mutants() {
  return {
      model_mutant("mask-ignored-by-loss", "every target counts, masked or not",
                   "an option that is accepted and ignored", in_every_scalar(MaskIgnored())),
      model_mutant("normalised-by-all-positions",
                   "the loss is divided by all positions in place of the counted ones",
                   "losses normalised one way in training and another in evaluation",
                   in_every_scalar(NormalisedByAllPositions())),
      model_mutant(
          "layer-norm-epsilon-of-a-millionth", "LayerNorm's epsilon is 1e-6 in place of 1e-5",
          "ports between libraries with different defaults", in_every_scalar(LayerNormEpsilon())),
      model_mutant("last-sequence-only",
                   "the gradient of a batch is its last sequence's, and the loss is right",
                   "gradients assigned where they should be added",
                   in_every_scalar(LastSequenceOnly())),
      model_mutant("position-restarted", "a later segment's positions begin at 0 again",
                   "positions counted within a slice",
                   in_every_scalar(Forgets{Forgotten::first_position})),
      model_mutant("model-start-ignored", "the sums that a segment starts from are taken for 0",
                   "slices folded into the batch", in_every_scalar(Forgets{Forgotten::start})),
      model_mutant("model-end-cotangent-ignored",
                   "the cotangent of the sums that a segment ends in is taken for 0",
                   "states detached between segments",
                   in_every_scalar(Forgets{Forgotten::end_cotangent})),
      model_mutant("counted-targets-ignored",
                   "a segment's loss is divided by its own number of targets",
                   "losses averaged segment by segment",
                   in_every_scalar(Forgets{Forgotten::counted_targets})),
      model_mutant("model-projection-redrawn", "the projection changes from call to call",
                   "features redrawn in evaluation, too", in_every_scalar(ProjectionRedrawn())),
      model_mutant("bias-written-past-its-end",
                   "the gradient of the logits' bias has an entry too many",
                   "loops over a vocabulary that was padded to a round number",
                   in_every_scalar(BiasWrittenPastItsEnd())),
      model_mutant("model-carried-gradient-lost",
                   "the cotangent of the sums is reset at each slice, walking back",
                   "states detached between slices, as truncated training does",
                   stored_with<CarriedGradientLost>()),
      model_mutant("slice-sum-doubled", "what a slice adds to the sums is added twice",
                   "a state updated by the loop and again by its body",
                   stored_with<SliceSumDoubled>()),
      model_mutant("slice-sum-without-keys", "sums are carried on without those of the keys",
                   "states without the key sum", stored_with<SliceSumWithoutKeys>()),
      model_mutant("model-own-slice-whole", "a row's output sees its whole slice",
                   "the triangular mask forgotten in the product inside a slice",
                   stored_with<OwnSliceWhole>()),
  };
}

}  // namespace slim::properties::mutants
