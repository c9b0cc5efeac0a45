// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/gradient_error.hpp"

#include "experiments/measures/workload.hpp"

#include <limits>

namespace slim::experiments {
namespace {

template <class T>
GradientError error_in(const Subject& subject, const Parameters<Digits50>& truth,
                       const Setting& setting, const Sequences& sequences) {
  using std::abs;
  Workload<T> workload(subject, setting, sequences);
  try {
    workload.run();
  } catch (const ContractError& refusal) {
    return {.relative = std::numeric_limits<double>::quiet_NaN(), .refusal = refusal.what()};
  }
  const Parameters<T>& gradient = workload.result().gradient;
  require(gradient.values().size() == truth.values().size(),
          subject.name + " returned a gradient of another size");
  Digits50 largest = 0;
  Digits50 worst = 0;
  for (std::size_t i = 0; i < truth.values().size(); ++i) {
    const Digits50& right = truth.values()[i];
    const Digits50 error = abs(rounded_to<Digits50>(gradient.values()[i]) - right);
    if (!isfinite(error)) return {.relative = std::numeric_limits<double>::quiet_NaN()};
    if (error > worst) worst = error;
    if (abs(right) > largest) largest = abs(right);
  }
  return {.relative = to_double(Digits50(worst / largest))};
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
