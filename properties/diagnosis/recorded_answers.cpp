// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/recorded_answers.hpp"

#include "properties/engine/shrink.hpp"
#include "properties/tolerance/attention_evidence.hpp"
#include "reference/vocabulary/memory/memory_watch.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/task/attention_view.hpp"

#include <numeric>

namespace slim::properties {
namespace {

constexpr std::size_t most_projections = 32;

struct Log {
  std::vector<Answered> answers;
  std::vector<double> bytes;
  bool is_waiting = false;              ///< for an answer, which is missing if the subject throws
  bool answers_absent_queries = false;  ///< as in Capabilities
};

template <class T>
std::vector<Digits50> in_digits50(std::span<const T> values) {
  std::vector<Digits50> exact(values.size());
  std::ranges::transform(values, exact.begin(), rounded_to<Digits50, T>);
  return exact;
}

template <class T>
AnsweredArray array_from(std::string_view name, const Heads<T>& heads) {
  return {std::string(name), std::max<Index>(1, heads.sizes().cols), in_digits50(heads.values())};
}

template <class T>
std::shared_ptr<const AttentionInputs<double>> inputs_of(const AttentionTask<T>& task) {
  AttentionInputs<double> inputs;
  inputs.q = converted<double>(task.q, MemoryTag::parameters);
  inputs.k = converted<double>(task.k, MemoryTag::parameters);
  inputs.v = converted<double>(task.v, MemoryTag::parameters);
  inputs.feature_map = task.feature_map;
  inputs.omega = converted<double>(task.omega, MemoryTag::parameters);
  inputs.features_given = task.features_given;
  inputs.causal = task.causal;
  inputs.conventions = task.conventions;
  inputs.key_mask.assign(task.key_mask.begin(), task.key_mask.end());
  inputs.start = converted<double>(task.start, MemoryTag::parameters);
  inputs.wants_pullback = task.wants_pullback;
  inputs.out_cotangent = converted<double>(task.out_cotangent, MemoryTag::parameters);
  inputs.end_cotangent = converted<double>(task.end_cotangent, MemoryTag::parameters);
  inputs.slice_length = task.slice_length;
  inputs.groups = task.groups;
  inputs.query_mask.assign(task.query_mask.begin(), task.query_mask.end());
  return std::make_shared<const AttentionInputs<double>>(std::move(inputs));
}

template <class T>
Answered answered(const AttentionResult<T>& result) {
  const auto named = [](AttentionArray array, const auto& heads) {
    return array_from(name(array), heads);
  };
  using enum AttentionArray;
  return {.arrays = {named(out, result.out), named(end, result.end), named(dq, result.dq),
                     named(dk, result.dk), named(dv, result.dv),
                     named(start_gradient, result.start_gradient)},
          .attention = nullptr};
}

template <class T>
Answered answered(const FeaturesResult<T>& result) {
  Answered answer;
  answer.arrays.push_back(array_from("features", result.out));
  return answer;
}

template <class T>
Answered answered(const GradientResult<T>& result) {
  Answered answer;
  answer.arrays.push_back({"loss", 1, {rounded_to<Digits50>(result.loss)}});
  for (const ParameterSlot& slot : result.gradient.slots()) {
    answer.arrays.push_back(
        {"grad." + slot.name, slot.cols, in_digits50(result.gradient.values(slot))});
  }
  using A = accumulator_t<T>;
  answer.arrays.push_back({"end", 1, in_digits50(std::span<const A>(result.end.values()))});
  answer.arrays.push_back(
      {"d.initial", 1, in_digits50(std::span<const A>(result.start_cotangent.values()))});
  return answer;
}

template <class T>
bool has_consistent_inputs(const AttentionTask<T>& task) {
  try {
    require_valid(task);
    return true;
  } catch (const ContractError&) {
    return false;
  }
}

template <class T>
void answer_in(Log& log, const AttentionFunction<T>& inner, const AttentionTask<T>& task,
               AttentionResult<T>& result) {
  const bool is_consistent = has_consistent_inputs(task);
  std::shared_ptr<const AttentionInputs<double>> inputs;
  if (is_consistent) inputs = inputs_of(task);
  log.is_waiting = log.is_waiting || is_consistent;
  inner(task, result);
  if (!is_consistent) return;
  view(task.groups, log.answers_absent_queries ? std::span<const std::uint8_t>() : task.query_mask,
       result);
  log.is_waiting = false;
  log.answers.push_back(answered(result));
  log.answers.back().attention = std::move(inputs);
}

template <class T>
void answer_in(Log& log, const FeaturesFunction<T>& inner, const FeaturesTask<T>& task,
               FeaturesResult<T>& result) {
  inner(task, result);
  log.answers.push_back(answered(result));
}

template <class T>
void answer_in(Log& log, const GradientFunction<T>& inner, const GradientTask<T>& task,
               GradientResult<T>& result) {
  const MemoryWatch watch;
  log.is_waiting = true;
  inner(task, result);
  log.is_waiting = false;
  const MemoryUse peak = watch.peak();
  log.bytes.push_back(static_cast<double>(
      std::accumulate(peak.by_tag.begin(), peak.by_tag.end(), std::int64_t{0})));
  log.answers.push_back(answered(result));
}

/// Wraps the function so that each answer is recorded.
template <template <class> class Task, template <class> class Result, class T>
void record_in(TaskFunctions<Task, Result>& functions, Log& log) {
  auto& function = functions.template in<T>();
  if (!function) return;
  function = [inner = function, &log](const Task<T>& task, Result<T>& result) {
    answer_in<T>(log, inner, task, result);
  };
}

template <template <class> class Task, template <class> class Result>
void record(TaskFunctions<Task, Result>& functions, Log& log) {
  record_in<Task, Result, float>(functions, log);
  record_in<Task, Result, double>(functions, log);
  record_in<Task, Result, Digits50>(functions, log);
  record_in<Task, Result, Float16>(functions, log);
  record_in<Task, Result, BFloat16>(functions, log);
}

void record(ProjectionDraw& draw, Log& log) {
  if (!draw) return;
  draw = [inner = draw, &log](Index d, Index M, ProjectionKind kind, const Random& random) {
    Matrix<double> omega = inner(d, M, kind, random);
    if (log.answers.size() < most_projections) {
      const std::span<const double> values(omega.data(), static_cast<std::size_t>(omega.size()));
      log.answers.push_back(
          {.arrays = {{"projection", std::max<Index>(1, omega.cols()), in_digits50(values)}},
           .attention = nullptr});
    }
    return omega;
  };
}

/// Arrays that a subject does not claim to fill carry no information: they are set to 0.
void clear_unclaimed(Log& log, const Capabilities& claims) {
  for (Answered& answer : log.answers) {
    for (AnsweredArray& array : answer.arrays) {
      const bool of_states = array.name == "end" || array.name == "d.initial";
      const bool of_pullback = array.name == "d.q" || array.name == "d.k" || array.name == "d.v";
      if ((of_states && !claims.resumable) || (of_pullback && !claims.pullback)) {
        std::ranges::fill(array.values, Digits50(0));
      }
    }
  }
}

}  // namespace

RecordedAnswers recorded_answers(Trial& trial, const Subject& subject, Scalar scalar) {
  Log log;
  log.answers_absent_queries = subject.capabilities.answers_absent_queries;
  Subject recorded = subject;
  record(recorded.attention, log);
  record(recorded.features, log);
  record(recorded.gradient, log);
  record(recorded.projection, log);
  RecordedAnswers result;
  check_safely(trial, recorded, scalar);
  clear_unclaimed(log, subject.capabilities);
  result.before = std::move(log.answers);
  log.answers.clear();
  log.bytes.clear();
  log.is_waiting = false;
  result.finding = check_safely(trial, recorded, scalar);
  clear_unclaimed(log, subject.capabilities);
  result.answers = std::move(log.answers);
  result.bytes = std::move(log.bytes);
  result.is_complete = !log.is_waiting;
  return result;
}

}  // namespace slim::properties
