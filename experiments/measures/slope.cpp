// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/slope.hpp"

#include "experiments/workload/workload.hpp"
#include "reference/vocabulary/scalars/random.hpp"

namespace slim::experiments {

double slope_error(const Subject& subject, const Setting& setting) {
  using boost::multiprecision::abs;
  Model model = setting.model;
  model.conventions = subject.conventions;
  const Sequences tokens =
      draw_sequences(setting.batch, setting.length, model.vocab_size, setting.seed);
  const Projection<Digits50> omega =
      converted<Digits50>(draw_projection(model, setting.seed), model);
  const auto theta = converted<Digits50>(drawn_parameters(setting), model, MemoryTag::parameters);
  const auto function = subject.gradient.in<Digits50>();
  GradientResult<Digits50> result;
  const auto run = [&](const Parameters<Digits50>& at) {
    function({.model = model,
              .theta = at,
              .omega = omega,
              .sequences = tokens,
              .slice_length = setting.slice},
             result);
    return result.loss;
  };
  run(theta);
  const Random random(setting.seed, stream_named("slope"));
  const Digits50 h(0x1p-50);
  Parameters<Digits50> above = theta;
  Parameters<Digits50> below = theta;
  Digits50 derivative(0);
  for (std::size_t i = 0; i < theta.values().size(); ++i) {
    const Digits50 v(random.normal(i));
    above.values()[i] += h * v;
    below.values()[i] -= h * v;
    derivative += result.gradient.values()[i] * v;
  }
  const Digits50 slope = (run(above) - run(below)) / (2 * h);
  return to_double(Digits50(abs(Digits50(slope - derivative)) / abs(derivative)));
}

}  // namespace slim::experiments
