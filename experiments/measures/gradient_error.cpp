// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/gradient_error.hpp"

#include "experiments/measures/tensor_error.hpp"
#include "experiments/workload/workload.hpp"

#include <algorithm>
#include <limits>

namespace slim::experiments {
namespace {

/// A gradient, or why the subject refused the task.
struct Answered {
  Parameters<Digits50> gradient;
  std::string refusal;
};

template <class T>
Answered answered(const Subject& subject, const Setting& setting, const Sequences& sequences) {
  Workload<T> workload(subject, setting, sequences);
  try {
    workload.run();
  } catch (const ContractError& refusal) {
    return {.gradient = {}, .refusal = refusal.what()};
  }
  return {.gradient =
              converted<Digits50>(workload.result().gradient, setting.model, MemoryTag::gradient),
          .refusal = {}};
}

Answered answered(const Subject& subject, const Parameters<Digits50>& truth, const Setting& setting,
                  const Sequences& sequences) {
  Answered answer = in_scalar(setting.scalar,
                              [&]<class T>() { return answered<T>(subject, setting, sequences); });
  require(!answer.refusal.empty() || answer.gradient.values().size() == truth.values().size(),
          subject.name + " returned a gradient of another size");
  return answer;
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
  const Answered answer = answered(subject, truth, setting, sequences);
  if (!answer.refusal.empty()) {
    return {.relative = std::numeric_limits<double>::quiet_NaN(), .refusal = answer.refusal};
  }
  TensorError error = tensor_error(answer.gradient, truth);
  return {.relative = error.relative,
          .tensor = std::move(error.tensor),
          .zero_tensors = std::move(error.zero)};
}

double error_of_largest_entry(const Subject& subject, const Parameters<Digits50>& truth,
                              const Setting& setting, const Sequences& sequences) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const Answered answer = answered(subject, truth, setting, sequences);
  if (!answer.refusal.empty()) return nan;
  Digits50 largest = 0;
  Digits50 error = 0;
  for (std::size_t i = 0; i < truth.values().size(); ++i) {
    const Digits50 off = abs(Digits50(answer.gradient.values()[i] - truth.values()[i]));
    if (!isfinite(off)) return nan;
    error = std::max(error, off);
    largest = std::max(largest, Digits50(abs(truth.values()[i])));
  }
  return to_double(Digits50(error / largest));
}

}  // namespace slim::experiments
