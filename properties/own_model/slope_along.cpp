// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/slope_along.hpp"

#include "properties/own_model/slope.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties::own_model {
namespace {

Values moved_along(const Values& from, const Values& direction, double by) {
  Values to = from;
  for (std::size_t t = 0; t < to.size(); ++t) {
    for (std::size_t i = 0; i < to[t].size(); ++i) to[t][i] += by * direction[t][i];
  }
  return to;
}

}  // namespace

Values direction_of(const OwnSubject& subject, const OwnCase& c, int tensor) {
  Values direction;
  std::uint64_t stream = stream_named("own direction");
  for (std::size_t t = 0; t < c.parameters.size(); ++t) {
    const std::vector<double>& values = c.parameters[t];
    const Random random(c.seed, stream++);
    const bool moves = subject.declared().parameters[t].is_slope &&
                       (tensor < 0 || static_cast<std::size_t>(tensor) == t);
    const double by = moves ? size_of_entries(values) : 0.0;
    direction.emplace_back(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) direction[t][i] = by * random.normal(i);
  }
  return direction;
}

SlopeAlong slope_along(OwnSubject& subject, const OwnCase& c, Scalar scalar, Index slice_length,
                       const Deviation& allowed, double noise, const Values& gradient,
                       const Values& direction) {
  Differences of{.steps = slope_steps(scalar), .above = {}, .below = {}};
  std::vector<Values> moved;
  moved.reserve(2 * of.steps.size());
  Request request = c.request(slice_length);
  for (const double sign : {1.0, -1.0}) {
    for (const double step : of.steps) {
      moved.push_back(moved_along(c.parameters, direction, sign * step));
      request.copies.push_back(&moved.back());
    }
  }
  const std::vector<Answer> answers = subject.ask(request, scalar);
  of.middle = answers.front().loss;
  for (std::size_t i = 1; i < answers.size(); ++i) {
    (i <= of.steps.size() ? of.above : of.below).push_back(answers[i].loss);
  }
  const Slope slope = slope_of(of, std::max(noise, allowed.loss));
  const bool is_coarse = scalar == Scalar::float32;
  constexpr double estimates = 4.0;
  constexpr double least_share = 0.05;
  SlopeAlong along{.noise = slope.noise,
                   .slope = slope.value,
                   .bound = (is_coarse ? estimates : 1.0) * slope.error,
                   .parts = {}};
  double squares = 0.0;
  for (std::size_t t = 0; t < direction.size(); ++t) {
    double sum = 0.0;
    double squares_here = 0.0;
    for (std::size_t i = 0; i < direction[t].size(); ++i) {
      const double term = gradient[t][i] * direction[t][i];
      along.product += term;
      squares_here += term * term;
      sum += std::abs(direction[t][i]);
    }
    squares += squares_here;
    along.parts.push_back(std::sqrt(squares_here));
    along.bound += 4.0 * allowed.gradient[t] * sum;
  }
  along.scale = std::max(std::sqrt(squares), std::abs(slope.value));
  if (is_coarse) along.bound = std::max(along.bound, least_share * along.scale);
  return along;
}

}  // namespace slim::properties::own_model
