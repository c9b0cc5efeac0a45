// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/own_sums.hpp"

#include <cmath>

namespace slim::properties {
namespace {

template <class T>
constexpr Scalar scalar_of() {
  if constexpr (std::is_same_v<T, float>) {
    return Scalar::float32;
  } else if constexpr (std::is_same_v<T, Float16>) {
    return Scalar::float16;
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return Scalar::bfloat16;
  } else {
    return std::is_same_v<T, double> ? Scalar::float64 : Scalar::digits50;
  }
}

template <class T>
void answer(const AttentionFunction<T>& inner, const AttentionTask<T>& task,
            AttentionResult<T>& result) {
  require_valid(task);
  AttentionInputs<double> inputs;
  inputs.q = converted<double>(task.q, MemoryTag::parameters);
  inputs.k = converted<double>(task.k, MemoryTag::parameters);
  inputs.omega = converted<double>(task.omega, MemoryTag::parameters);
  inputs.feature_map = task.feature_map;
  inputs.wants_pullback = task.wants_pullback;
  const OwnSides sides = own_sides(inputs, scalar_of<T>());
  const Index D = task.q.sizes.cols;
  const auto gQ = own_values<T>(*sides.queries);
  const auto gK = own_values<T>(*sides.keys);
  AttentionTask<T> of_sums = task;
  of_sums.q = gQ.view();
  of_sums.k = gK.view();
  of_sums.omega = {};
  of_sums.feature_map = {};
  of_sums.features_given = true;
  of_sums.conventions = conventions_of_sums(task.conventions, D);
  AttentionResult<T> found;
  inner(of_sums, found);
  result = std::move(found);
  if (!task.wants_pullback) return;
  result.dq = own_pullback(*sides.queries, result.dq, D);
  result.dk = own_pullback(*sides.keys, result.dk, D);
}

template <class T>
void answer(const FeaturesFunction<T>& /*inner*/, const FeaturesTask<T>& task,
            FeaturesResult<T>& result) {
  const Heads<double> x = converted<double>(task.x, MemoryTag::parameters);
  const Heads<double> omega = converted<double>(task.omega, MemoryTag::parameters);
  result.out = own_values<T>(*task.feature_map.own->rows({.x = x,
                                                          .omega = omega,
                                                          .is_query = task.is_query,
                                                          .scalar = scalar_of<T>(),
                                                          .wants_slopes = false}));
}

bool is_own(const auto& task) {
  if constexpr (requires { task.features_given; }) {
    return has_own_map(task);
  } else {
    return task.feature_map.kind == FeatureKind::own;
  }
}

template <class T, template <class> class Task, template <class> class Result>
void wrap(TaskFunctions<Task, Result>& functions) {
  auto& function = functions.template in<T>();
  if (!function) return;
  function = [inner = function](const Task<T>& task, Result<T>& result) {
    if (is_own(task)) return answer<T>(inner, task, result);
    inner(task, result);
  };
}

template <template <class> class Task, template <class> class Result>
TaskFunctions<Task, Result> wrapped(TaskFunctions<Task, Result> functions) {
  wrap<float>(functions);
  wrap<double>(functions);
  wrap<Digits50>(functions);
  wrap<Float16>(functions);
  wrap<BFloat16>(functions);
  return functions;
}

}  // namespace

OwnSides own_sides(const AttentionInputs<double>& inputs, Scalar scalar) {
  const auto side = [&](bool is_query) {
    return inputs.feature_map.own->rows({.x = is_query ? inputs.q : inputs.k,
                                         .omega = inputs.omega,
                                         .is_query = is_query,
                                         .scalar = scalar,
                                         .wants_slopes = inputs.wants_pullback});
  };
  return {.queries = side(true), .keys = side(false)};
}

AttentionConventions conventions_of_sums(AttentionConventions conventions, Index D) {
  if (conventions.output_scale_by == OutputScale::root_width) {
    conventions.output_scale_by = OutputScale::number;
    conventions.output_scale = 1.0 / std::sqrt(static_cast<double>(D));
  }
  return conventions;
}

AttentionFunctions on_own_maps(AttentionFunctions functions) {
  return wrapped(std::move(functions));
}
FeaturesFunctions on_own_maps(FeaturesFunctions functions) {
  return wrapped(std::move(functions));
}

}  // namespace slim::properties
