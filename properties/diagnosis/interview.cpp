#include "properties/diagnosis/interview.hpp"

#include "properties/engine/shrink.hpp"
#include "properties/judgement/attention_evidence.hpp"

namespace slim::properties {
namespace {

using Log = std::vector<Answered>;

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

/// An array as it was handed over, whatever its layout.
template <class T>
Heads<double> gathered(const HeadsView<T>& view) {
  if (view.empty()) return {};
  Heads<double> heads(view.sizes, MemoryTag::parameters);
  for (Index b = 0; b < view.sizes.batch; ++b) {
    for (Index h = 0; h < view.sizes.heads; ++h) {
      heads(b, h) = view(b, h).unaryExpr([](const T& x) { return to_double(x); });
    }
  }
  return heads;
}

template <class T>
std::shared_ptr<const AttentionInputs<double>> inputs_of(const AttentionTask<T>& task) {
  AttentionInputs<double> inputs;
  inputs.q = gathered(task.q);
  inputs.k = gathered(task.k);
  inputs.v = gathered(task.v);
  inputs.feature_map = task.feature_map;
  inputs.omega = gathered(task.omega);
  inputs.features_given = task.features_given;
  inputs.causal = task.causal;
  inputs.conventions = task.conventions;
  inputs.key_mask.assign(task.key_mask.begin(), task.key_mask.end());
  inputs.start = gathered(task.start);
  inputs.wants_pullback = task.wants_pullback;
  inputs.out_cotangent = gathered(task.out_cotangent);
  inputs.end_cotangent = gathered(task.end_cotangent);
  inputs.slice_length = task.slice_length;
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

/// The function, with each answer written down.
template <template <class> class Task, template <class> class Result, class T>
void record_in(TaskFunctions<Task, Result>& functions, Log& log) {
  auto& function = functions.template in<T>();
  if (!function) return;
  function = [inner = function, &log](const Task<T>& task, Result<T>& result) {
    std::shared_ptr<const AttentionInputs<double>> asked;
    if constexpr (std::is_same_v<Task<T>, AttentionTask<T>>) asked = inputs_of(task);
    inner(task, result);
    Answered answer = answered(result);
    answer.attention = std::move(asked);
    log.push_back(std::move(answer));
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

/// Arrays that a subject does not claim to fill say nothing about it: they are taken as 0.
void level_unclaimed(Log& log, const Capabilities& claims) {
  for (Answered& answer : log) {
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

Interview interview(Trial& trial, const Subject& subject, Scalar scalar) {
  Log log;
  Subject recorded = subject;
  record(recorded.attention, log);
  record(recorded.features, log);
  record(recorded.gradient, log);
  Interview result;
  check_safely(trial, recorded, scalar);
  level_unclaimed(log, subject.capabilities);
  result.before = std::move(log);
  log = {};
  result.finding = check_safely(trial, recorded, scalar);
  level_unclaimed(log, subject.capabilities);
  result.answers = std::move(log);
  return result;
}

}  // namespace slim::properties
