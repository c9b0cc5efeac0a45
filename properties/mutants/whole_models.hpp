// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/catalogue.hpp"

#include <type_traits>
#include <utility>

namespace slim::properties::mutants {

/// A mutant of whole models.
inline Mutant model_mutant(const std::string& name, std::string description, std::string seen,
                           GradientFunctions gradient) {
  return {.name = "mutant/" + name,
          .description = std::move(description),
          .seen = std::move(seen),
          .gradient = std::move(gradient)};
}

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

/// Inputs that replace those of a task; null: the task's own.
template <class T>
struct OtherInputs {
  const Model* model = nullptr;
  const Parameters<T>* theta = nullptr;
  const Projection<T>* omega = nullptr;
  const Sequences* sequences = nullptr;
};

/// The task with other inputs, which must outlive it.
template <class T>
GradientTask<T> with_inputs(const GradientTask<T>& task,
                            const std::type_identity_t<OtherInputs<T>>& other) {
  return {.model = other.model == nullptr ? task.model : *other.model,
          .theta = other.theta == nullptr ? task.theta : *other.theta,
          .omega = other.omega == nullptr ? task.omega : *other.omega,
          .sequences = other.sequences == nullptr ? task.sequences : *other.sequences,
          .slice_length = task.slice_length,
          .wants_logits = task.wants_logits,
          .wants_state = task.wants_state,
          .first_position = task.first_position,
          .counted_targets = task.counted_targets,
          .start = task.start,
          .end_cotangent = task.end_cotangent,
          .first_sweep = task.first_sweep,
          .threads = task.threads};
}

}  // namespace slim::properties::mutants
