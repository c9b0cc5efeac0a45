// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/wider_gradient.hpp"

#include <memory>

namespace slim::experiments {

Subject in_wider_scalar(const Subject& subject) {
  struct Wide {
    Parameters<double> theta;
    GradientResult<double> result;
  };
  Subject wide;
  wide.name = "float64" + subject.name.substr(subject.name.find('/'));
  wide.summary = subject.name + " in float64, with the gradient rounded once";
  wide.capabilities = subject.capabilities;
  wide.capabilities.resumable = false;
  wide.conventions = subject.conventions;
  wide.gradient.in<float>() = [function = subject.gradient.in<double>(),
                               kept = std::make_shared<Wide>()](const GradientTask<float>& task,
                                                                GradientResult<float>& result) {
    kept->theta = converted<double>(task.theta, task.model, MemoryTag::parameters);
    const auto omega = converted<double>(task.omega, task.model);
    function({.model = task.model,
              .theta = kept->theta,
              .omega = omega,
              .sequences = task.sequences,
              .slice_length = task.slice_length,
              .wants_logits = task.wants_logits,
              .first_position = task.first_position,
              .counted_targets = task.counted_targets,
              .first_sweep = task.first_sweep,
              .threads = task.threads},
             kept->result);
    result.loss = static_cast<float>(kept->result.loss);
    result.gradient = converted<float>(kept->result.gradient, task.model, MemoryTag::gradient);
    result.logits = kept->result.logits.cast<float>();
  };
  return wide;
}

}  // namespace slim::experiments
