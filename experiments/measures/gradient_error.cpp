// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/gradient_error.hpp"

#include "experiments/measures/tensor_error.hpp"
#include "experiments/measures/workload.hpp"

#include <limits>

namespace slim::experiments {
namespace {

template <class T>
GradientError error_in(const Subject& subject, const Parameters<Digits50>& truth,
                       const Setting& setting, const Sequences& sequences) {
  Workload<T> workload(subject, setting, sequences);
  try {
    workload.run();
  } catch (const ContractError& refusal) {
    return {.relative = std::numeric_limits<double>::quiet_NaN(), .refusal = refusal.what()};
  }
  require(workload.result().gradient.values().size() == truth.values().size(),
          subject.name + " returned a gradient of another size");
  TensorError error = tensor_error(
      converted<Digits50>(workload.result().gradient, setting.model, MemoryTag::gradient), truth);
  return {.relative = error.relative,
          .tensor = std::move(error.tensor),
          .zero_tensors = std::move(error.zero)};
}

}  // namespace

Parameters<Digits50> true_gradient(const Subject& reference, const Conventions& conventions,
                                   Setting setting, const Sequences& sequences) {
  Subject naive = reference;
  naive.conventions = conventions;
  setting.first_sweep = FirstSweep::lazy;  // the reference has none
  Workload<Digits50> workload(naive, setting, sequences);
  workload.run();
  return workload.result().gradient;
}

Parameters<Digits50> stored_gradient(const Subject& stored, Setting setting,
                                     const Sequences& sequences) {
  setting.slice = 256;
  setting.first_sweep = FirstSweep::lazy;
  Workload<double> workload(stored, setting, sequences);
  workload.run();
  return converted<Digits50>(workload.result().gradient, setting.model, MemoryTag::gradient);
}

GradientError measure_gradient_error(const Subject& subject, const Parameters<Digits50>& truth,
                                     const Setting& setting, const Sequences& sequences) {
  return in_scalar(setting.scalar,
                   [&]<class T>() { return error_in<T>(subject, truth, setting, sequences); });
}

}  // namespace slim::experiments
