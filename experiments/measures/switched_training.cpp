// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/switched_training.hpp"

#include "experiments/measures/tensor_error.hpp"
#include "experiments/workload/workload.hpp"

namespace slim::experiments {
namespace {

constexpr Index steps = 6;

/// The window of L + 1 bytes of step `step`.
Sequences window(const Sequences& text, Index step, Index length) {
  Sequences tokens(1, length);
  for (Index l = 0; l <= length; ++l) {
    tokens.tokens(0)[static_cast<std::size_t>(l)] =
        text.tokens(0)[static_cast<std::size_t>(step * length + l)];
  }
  return tokens;
}

template <class T>
Parameters<T> trained(const Subject& subject, const Setting& setting, const Sequences& text,
                      Index sliced_from) {
  Model model = setting.model;
  model.conventions = subject.conventions;
  auto theta = converted<T>(drawn_parameters(setting), model, MemoryTag::parameters);
  const auto omega = converted<T>(draw_projection(model, setting.seed), model);
  const auto function = subject.gradient.in<T>();
  require(static_cast<bool>(function), subject.name + " does not work in this scalar");
  GradientResult<T> result;
  for (Index step = 0; step < steps; ++step) {
    const Sequences tokens = window(text, step, setting.length);
    function({.model = model,
              .theta = theta,
              .omega = omega,
              .sequences = tokens,
              .slice_length = step < sliced_from ? setting.length : setting.slice},
             result);
    for (std::size_t i = 0; i < theta.values().size(); ++i) {
      theta.values()[i] -= T(0.5) * result.gradient.values()[i];
    }
  }
  return theta;
}

}  // namespace

SwitchError measure_switch(const Subject& subject, const Setting& setting) {
  Setting long_one = setting;
  long_one.length = steps * setting.length;
  const Sequences text = read_corpus(long_one);
  return in_scalar(setting.scalar, [&]<class T>() -> SwitchError {
    const auto in_50_digits = [&](Index sliced_from) {
      return converted<Digits50>(trained<T>(subject, setting, text, sliced_from), setting.model,
                                 MemoryTag::parameters);
    };
    return {.relative = tensor_error(in_50_digits(steps / 2), in_50_digits(steps)).relative};
  });
}

}  // namespace slim::experiments
