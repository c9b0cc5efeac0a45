// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/attention_answer.hpp"

#include "properties/tolerance/called.hpp"
#include "properties/tolerance/fences.hpp"
#include "properties/tolerance/input_array.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/task/attention_view.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <limits>
#include <optional>
#include <type_traits>

namespace slim::properties {
namespace {

template <class T>
void fill_with_nan(Heads<T>& heads, const HeadsSizes& sizes) {
  heads.resize(sizes, MemoryTag::result);
  std::ranges::fill(heads.values(), T(std::numeric_limits<float>::quiet_NaN()));
}

template <class T>
NamedBlock output_block(const char* array, const Heads<T>& heads) {
  return {std::string("output ") + array, heads.values().data()};
}

template <class T>
void require_answer_sizes(const char* array, const Heads<T>& heads, const HeadsSizes& sizes) {
  if (heads.sizes() != sizes) {
    throw SubjectError(std::string("returned ") + array + " of the wrong size",
                       Failure::wrong_shape);
  }
}

/// The arrays of a task in memory, and its answer.
template <class T, class From>
class AttentionCall {
 public:
  using A = accumulator_t<T>;

  AttentionCall(const Subject& subject, const AttentionInputs<From>& inputs, Layout layout)
      : subject_(subject),
        inputs_(&inputs),
        q_(inputs.q, layout),
        k_(inputs.k, layout),
        v_(inputs.v, layout),
        omega_(inputs.omega, layout),
        start_(inputs.start, layout),
        out_cotangent_(inputs.out_cotangent, layout),
        end_cotangent_(inputs.end_cotangent, layout) {
    put_mask();
    const AttentionTask<T> of = task();
    const HeadsSizes none;
    fill_with_nan(result_.out, of.out_sizes());
    fill_with_nan(result_.end, of.state_sizes());
    if (!of.wants_pullback) return;
    fill_with_nan(result_.dq, of.q.sizes);
    fill_with_nan(result_.dk, of.k.sizes);
    fill_with_nan(result_.dv, of.v.sizes);
    fill_with_nan(result_.start_gradient, of.state_sizes());
  }
  /// Other numbers in the same memory.
  void put(const AttentionInputs<From>& inputs) {
    inputs_ = &inputs;
    put_mask();
    q_.put(inputs.q);
    k_.put(inputs.k);
    v_.put(inputs.v);
    if (!inputs.omega.empty()) omega_.put(inputs.omega);
    if (!inputs.start.empty()) start_.put(inputs.start);
    if (!inputs.out_cotangent.empty()) out_cotangent_.put(inputs.out_cotangent);
    if (!inputs.end_cotangent.empty()) end_cotangent_.put(inputs.end_cotangent);
  }
  /// Runs the subject. Arrays that it does not claim are empty. `W` represents every T exactly.
  template <class W = Digits50>
  AttentionResult<W> answered() {
    const AttentionTask<T> asked = task();
    std::vector<NamedBlock> named = blocks();
    call_subject(subject_.attention.in<T>(), asked, result_);
    std::ranges::copy(blocks(), std::back_inserter(named));  // some may have been replaced
    require_untouched_fences(watch_, named);
    require_sizes(asked);
    require_unchanged();
    view(asked.groups,
         subject_.capabilities.answers_absent_queries ? std::span<const std::uint8_t>()
                                                      : asked.query_mask,
         result_);
    const auto exactly = [](const auto& heads) { return converted<W>(heads, MemoryTag::result); };
    AttentionResult<W> answer{.out = exactly(result_.out),
                              .end = exactly(result_.end),
                              .dq = exactly(result_.dq),
                              .dk = exactly(result_.dk),
                              .dv = exactly(result_.dv),
                              .start_gradient = exactly(result_.start_gradient)};
    if (!subject_.capabilities.resumable) answer.end = answer.start_gradient = {};
    return answer;
  }

 private:
  /// Without cotangents if the subject claims no pullback.
  [[nodiscard]] AttentionTask<T> task() const {
    const bool wants_pullback = inputs_->wants_pullback && subject_.capabilities.pullback;
    return {.q = q_.view(),
            .k = k_.view(),
            .v = v_.view(),
            .slice_length = inputs_->slice_length,
            .feature_map = inputs_->feature_map,
            .omega = omega_.view(),
            .features_given = inputs_->features_given,
            .causal = inputs_->causal,
            .conventions = inputs_->conventions,
            .key_mask = key_mask_.span(),
            .start = start_.view(),
            .wants_pullback = wants_pullback,
            .out_cotangent = wants_pullback ? out_cotangent_.view() : HeadsView<T>(),
            .end_cotangent = wants_pullback ? end_cotangent_.view() : HeadsView<A>(),
            .groups = inputs_->groups,
            .query_mask = inputs_->query_mask};
  }
  void require_sizes(const AttentionTask<T>& asked) const {
    require_answer_sizes("out", result_.out, asked.out_sizes());
    require_answer_sizes("end", result_.end, asked.state_sizes());
    if (!asked.wants_pullback) return;
    require_answer_sizes("d.q", result_.dq, asked.q.sizes);
    require_answer_sizes("d.k", result_.dk, asked.k.sizes);
    require_answer_sizes("d.v", result_.dv, asked.v.sizes);
    require_answer_sizes("d.initial", result_.start_gradient, asked.state_sizes());
  }
  void require_unchanged() const {
    q_.require_unchanged("q");
    k_.require_unchanged("k");
    v_.require_unchanged("v");
    omega_.require_unchanged("projection");
    start_.require_unchanged("initial");
    out_cotangent_.require_unchanged("cotangent.out");
    end_cotangent_.require_unchanged("cotangent.end");
    if (!std::ranges::equal(key_mask_.span(), inputs_->key_mask)) {
      throw SubjectError("wrote into its input key_mask", Failure::input_modified);
    }
  }
  void put_mask() {
    const auto entries = static_cast<Index>(inputs_->key_mask.size());
    if (key_mask_.size() != entries) key_mask_ = {MemoryTag::tokens, entries};
    std::ranges::copy(inputs_->key_mask, key_mask_.begin());
  }
  [[nodiscard]] std::vector<NamedBlock> blocks() const {
    return {q_.block("q"),
            k_.block("k"),
            v_.block("v"),
            omega_.block("projection"),
            start_.block("initial"),
            out_cotangent_.block("cotangent.out"),
            end_cotangent_.block("cotangent.end"),
            {"input key_mask", key_mask_.data()},
            output_block("out", result_.out),
            output_block("end", result_.end),
            output_block("d.q", result_.dq),
            output_block("d.k", result_.dk),
            output_block("d.v", result_.dv),
            output_block("d.initial", result_.start_gradient)};
  }

  MemoryWatch watch_;  ///< constructed before everything that it watches
  const Subject& subject_;
  const AttentionInputs<From>* inputs_;
  Buffer<std::uint8_t> key_mask_;
  InputArray<T> q_;
  InputArray<T> k_;
  InputArray<T> v_;
  InputArray<T> omega_;
  InputArray<A> start_;
  InputArray<T> out_cotangent_;
  InputArray<A> end_cotangent_;
  AttentionResult<T> result_;
};

template <class T, class W = Digits50>
Heads<W> features_in(const Subject& subject, const FeaturesInputs<double>& inputs) {
  const MemoryWatch watch;
  const InputArray<T> x(inputs.x, Layout::contiguous);
  const InputArray<T> omega(inputs.omega, Layout::contiguous);
  const FeaturesTask<T> task{.x = x.view(),
                             .feature_map = inputs.feature_map,
                             .omega = omega.view(),
                             .is_query = inputs.is_query,
                             .conventions = inputs.conventions};
  FeaturesResult<T> result;
  fill_with_nan(result.out, task.out_sizes());
  const std::vector<NamedBlock> handed_over = {x.block("x"), omega.block("projection"),
                                               output_block("features", result.out)};
  call_subject(subject.features.in<T>(), task, result);
  require_untouched_fences(watch, handed_over);
  require_answer_sizes("features", result.out, task.out_sizes());
  x.require_unchanged("x");
  omega.require_unchanged("projection");
  return converted<W>(result.out, MemoryTag::result);
}

bool has_other_conventions(const Subject& subject, const AttentionInputs<double>& inputs) {
  const AttentionConventions own =
      acting_on(subject.attention_conventions, inputs.feature_map, inputs.features_given);
  return !subject.capabilities.any_attention_conventions && own != inputs.conventions;
}

/// A task as the subject has to compute it.
template <class From>
class TaskSeen {
 public:
  TaskSeen(const Subject& subject, const AttentionInputs<From>& inputs) : inputs_(&inputs) {
    if (!is_viewed(inputs.groups, inputs.query_mask)) return;
    own_.emplace(viewed(inputs));
    if (subject.capabilities.answers_absent_queries) own_->out_cotangent = inputs.out_cotangent;
    inputs_ = &*own_;
  }
  TaskSeen(const TaskSeen&) = delete;
  TaskSeen& operator=(const TaskSeen&) = delete;
  ~TaskSeen() = default;

  [[nodiscard]] const AttentionInputs<From>& inputs() const { return *inputs_; }

 private:
  const AttentionInputs<From>* inputs_;
  std::optional<AttentionInputs<From>> own_;
};

/// call.operator()<T>() with the hardware scalar's type, which long double represents exactly.
template <class Call>
auto in_hardware_type_of(Scalar scalar, const Call& call) {
  switch (scalar) {
    case Scalar::float32:
      return call.template operator()<float>();
    case Scalar::float64:
      return call.template operator()<double>();
    case Scalar::float16:
      return call.template operator()<Float16>();
    case Scalar::bfloat16:
      return call.template operator()<BFloat16>();
    case Scalar::digits50:
      break;
  }
  throw std::logic_error("a hardware scalar is required, not 50 digits");
}

/// call.operator()<T>() with the scalar's type.
template <class Call>
auto in_type_of(Scalar scalar, const Call& call) {
  return scalar == Scalar::digits50 ? call.template operator()<Digits50>()
                                    : in_hardware_type_of(scalar, call);
}

}  // namespace

AttentionAnswer ask(const Subject& subject, Scalar scalar, const AttentionInputs<double>& inputs,
                    Layout layout) {
  const TaskSeen seen(subject, inputs);
  return in_type_of(scalar, [&]<class T>() {
    return AttentionCall<T, double>(subject, seen.inputs(), layout).answered();
  });
}

AttentionResult<long double> ask_for_long_double(const Subject& subject, Scalar scalar,
                                                 const AttentionInputs<double>& inputs) {
  const TaskSeen seen(subject, inputs);
  return in_hardware_type_of(scalar, [&]<class T>() {
    return AttentionCall<T, double>(subject, seen.inputs(), Layout::contiguous)
        .template answered<long double>();
  });
}

std::vector<AttentionResult<long double>> ask_again(const Subject& subject, Scalar scalar,
                                                    const AttentionInputs<double>& inputs,
                                                    int times) {
  const TaskSeen seen(subject, inputs);
  return in_hardware_type_of(scalar, [&]<class T>() {
    AttentionCall<T, double> call(subject, seen.inputs(), Layout::contiguous);
    std::vector<AttentionResult<long double>> answers;
    for (int i = 0; i < times; ++i) {
      if (i > 0) call.put(seen.inputs());
      answers.push_back(call.template answered<long double>());
    }
    return answers;
  });
}

AttentionAnswer ask(const Subject& subject, Scalar scalar,
                    const AttentionInputs<Digits50>& inputs) {
  const TaskSeen seen(subject, inputs);
  return in_type_of(scalar, [&]<class T>() {
    return AttentionCall<T, Digits50>(subject, seen.inputs(), Layout::contiguous).answered();
  });
}

std::vector<AttentionAnswer> ask_in_turn(const Subject& subject, Scalar scalar,
                                         std::span<const AttentionInputs<double>> inputs) {
  std::deque<TaskSeen<double>> seen;
  for (const AttentionInputs<double>& of : inputs) seen.emplace_back(subject, of);
  return in_type_of(scalar, [&]<class T>() {
    AttentionCall<T, double> call(subject, seen.front().inputs(), Layout::contiguous);
    std::vector<AttentionAnswer> answers;
    answers.reserve(inputs.size());
    for (const TaskSeen<double>& of : seen) {
      call.put(of.inputs());
      answers.push_back(call.answered());
    }
    return answers;
  });
}

Heads<Digits50> ask(const Subject& subject, Scalar scalar, const FeaturesInputs<double>& inputs) {
  return in_type_of(scalar, [&]<class T>() { return features_in<T>(subject, inputs); });
}

Heads<long double> ask_for_long_double(const Subject& subject, Scalar scalar,
                                       const FeaturesInputs<double>& inputs) {
  return in_hardware_type_of(
      scalar, [&]<class T>() { return features_in<T, long double>(subject, inputs); });
}

FeaturesInputs<double> features_asked(const AttentionInputs<double>& inputs, bool is_query) {
  return {.x = is_query ? inputs.q : inputs.k,
          .feature_map = inputs.feature_map,
          .omega = inputs.omega,
          .is_query = is_query,
          .conventions = inputs.conventions};
}

std::string unclaimed_features(const Subject& subject, Scalar scalar,
                               const AttentionInputs<double>& inputs) {
  if (!subject.features.offers_any()) return "the task features";
  if (!subject.features.offers(scalar)) return std::string(name(scalar));
  if (!subject.capabilities.takes(inputs.feature_map)) {
    return std::string(unclaimed_feature_map) + name(inputs.feature_map);
  }
  return has_other_conventions(subject, inputs) ? "these conventions" : "";
}

std::string unclaimed(const Subject& subject, Scalar scalar,
                      const AttentionInputs<double>& inputs) {
  const Capabilities& can = subject.capabilities;
  if (!subject.attention.offers_any()) return "the task attention";
  if (!subject.attention.offers(scalar)) return std::string(name(scalar));
  if (!inputs.features_given && !can.takes(inputs.feature_map)) {
    return std::string(unclaimed_feature_map) + name(inputs.feature_map);
  }
  if (inputs.features_given && !can.given_features) return "given features";
  if (!inputs.key_mask.empty() && !can.key_masks) return "key masks";
  if (inputs.causal ? !can.causal : !can.bidirectional) {
    return inputs.causal ? "causal attention" : "bidirectional attention";
  }
  const bool resumes = !inputs.start.empty() || !inputs.end_cotangent.empty();
  if (resumes && !can.resumable) return "to be resumable";
  return has_other_conventions(subject, inputs) ? "these conventions" : "";
}

}  // namespace slim::properties
