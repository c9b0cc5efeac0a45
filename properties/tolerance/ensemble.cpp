// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/ensemble.hpp"

#include "reference/numbers/randomly_stored.hpp"
#include "reference/performer/gradient.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

using reference::RandomlyRounded;
using reference::RandomlyStored;

constexpr double least_roundoffs = 1.0 / 16.0;  ///< least dev of a row, over u · largest entry
constexpr double infinite = std::numeric_limits<double>::infinity();

/// |x - truth|, infinite if x is not finite.
template <class T>
double deviation(const T& x, const Digits50& truth) {
  const double value = to_double(x);
  return std::isfinite(value) ? to_double(Digits50(abs(Digits50(value) - truth))) : infinite;
}

template <class Row, class Truth>
void widen(double& dev, const Row& row, const Truth& truth) {
  for (Index i = 0; i < row.size(); ++i) dev = std::max(dev, deviation(row(i), truth(i)));
}

template <class T>
void widen(GradientBounds& dev, const GradientResult<T>& run, const GradientAnswer& truth) {
  dev.loss = std::max(dev.loss, deviation(run.loss, truth.loss));
  const std::vector<ParameterSlot>& slots = truth.gradient.slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto given = run.gradient.matrix(slots[i]);
    const auto wanted = truth.gradient.matrix(slots[i]);
    for (Index row = 0; row < slots[i].rows; ++row) {
      widen(dev.gradient[i][static_cast<std::size_t>(row)], given.row(row), wanted.row(row));
    }
  }
  for (Index row = 0; row < truth.logits.rows(); ++row) {
    widen(dev.logits[static_cast<std::size_t>(row)], run.logits.row(row), truth.logits.row(row));
  }
}

bool is_finite(const GradientBounds& dev) {
  double sum = dev.loss;
  for (const std::vector<double>& rows : dev.gradient) {
    for (const double row : rows) sum += row;
  }
  for (const double row : dev.logits) sum += row;
  return std::isfinite(sum);
}

void raise_to(double floor, GradientBounds& dev) {
  for (std::vector<double>& rows : dev.gradient) {
    for (double& row : rows) row = std::max(row, floor);
  }
}

/// The largest deviation of every input of the feature map over all runs.
template <class T>
class KinkClearance {
 public:
  explicit KinkClearance(const Insides<Digits50>& insides) : truth_(insides) {
    for (const Matrix<Digits50>& inputs : truth_.feature_inputs) {
      dev_.emplace_back(Matrix<double>::Zero(inputs.rows(), inputs.cols()));
    }
  }
  void widen(const Insides<T>& run) {
    for (std::size_t m = 0; m < dev_.size(); ++m) {
      for (Index i = 0; i < dev_[m].size(); ++i) {
        double& dev = dev_[m].data()[i];
        dev = std::max(
            dev, deviation(run.feature_inputs[m].data()[i], truth_.feature_inputs[m].data()[i]));
      }
    }
  }
  /// min |x| / dev(x) over inputs with dev(x) > 0.
  [[nodiscard]] double smallest() const {
    double clearance = infinite;
    for (std::size_t m = 0; m < dev_.size(); ++m) {
      for (Index i = 0; i < dev_[m].size(); ++i) {
        const double dev = dev_[m].data()[i];
        if (dev == 0.0) continue;
        const double size = std::abs(to_double(truth_.feature_inputs[m].data()[i]));
        clearance = std::min(clearance, size / dev);
      }
    }
    return clearance;
  }

 private:
  const Insides<Digits50>& truth_;
  std::vector<Matrix<double>> dev_;
};

template <class T>
std::vector<Ensemble> ensembles_in(const GradientCase& c, const GradientAnswer& truth,
                                   const Insides<Digits50>& insides, std::span<const int> sizes,
                                   Index first_position) {
  const Parameters<T> theta = converted<T>(c.theta, c.model, MemoryTag::parameters);
  const Projection<T> omega = converted<T>(c.omega, c.model);
  const GradientTask<T> task{.model = c.model,
                             .theta = theta,
                             .omega = omega,
                             .sequences = c.sequences,
                             .slice_length = c.slice_length,
                             .wants_logits = truth.logits.size() > 0,
                             .first_position = first_position};
  const FeatureKind kind = c.model.feature_map.kind;
  const bool has_kink = kind == FeatureKind::relu || kind == FeatureKind::absolute;

  Ensemble ensemble{.deviation = uniform_bounds(c.model, 0.0, 0.0)};
  ensemble.deviation.logits.assign(static_cast<std::size_t>(truth.logits.rows()), 0.0);
  KinkClearance<T> clearance(insides);
  GradientResult<T> result;
  std::vector<Ensemble> ensembles;
  int run = 0;
  for (const int size : sizes) {
    for (; run < size; ++run) {
      reference::seed_rounding(static_cast<std::uint64_t>(run));
      reference::gradient(task, result);
      widen(ensemble.deviation, result, truth);
      if (!has_kink) continue;
      reference::seed_rounding(static_cast<std::uint64_t>(run));
      clearance.widen(insides_of<T>(c, first_position));
    }
    ensemble.finite = is_finite(ensemble.deviation);
    ensemble.kink_clearance = has_kink ? clearance.smallest() : infinite;
    ensembles.push_back(ensemble);
  }
  return ensembles;
}

std::vector<Ensemble> ensembles_of(Scalar scalar, const GradientCase& c,
                                   const GradientAnswer& truth, const Insides<Digits50>& insides,
                                   std::span<const int> sizes, Index first_position) {
  switch (scalar) {
    case Scalar::float32:
      return ensembles_in<RandomlyRounded<float>>(c, truth, insides, sizes, first_position);
    case Scalar::float64:
      return ensembles_in<RandomlyRounded<double>>(c, truth, insides, sizes, first_position);
    case Scalar::float16:
      return ensembles_in<RandomlyStored<Float16>>(c, truth, insides, sizes, first_position);
    case Scalar::bfloat16:
      return ensembles_in<RandomlyStored<BFloat16>>(c, truth, insides, sizes, first_position);
    case Scalar::digits50:
      break;
  }
  throw std::logic_error("50 digits have no ensemble: their bound is a share of the truth");
}

}  // namespace

bool is_large_case(const GradientCase& c) {
  constexpr Index most_work = 8'000;
  const Model& model = c.model;
  const Index rows = c.sequences.batch() * c.sequences.length() * model.layers;
  return rows * model.hidden_dim * std::max(model.hidden_dim, model.ffn_dim) > most_work;
}

Ensemble randomly_rounded_ensemble(Scalar scalar, const GradientCase& c,
                                   const GradientAnswer& truth, const Insides<Digits50>& insides,
                                   Index first_position) {
  const std::array sizes = {is_large_case(c) ? runs_of_a_large_case : ensemble_runs};
  return std::move(
      randomly_rounded_ensembles(scalar, c, truth, insides, sizes, first_position).front());
}

Ensemble in_float64(Ensemble of_float32) {
  const double finer = unit_roundoff(Scalar::float64) / unit_roundoff(Scalar::float32);
  return {.deviation = scaled(std::move(of_float32.deviation), finer),
          .kink_clearance = of_float32.kink_clearance / finer,
          .finite = of_float32.finite};
}

std::vector<Ensemble> randomly_rounded_ensembles(Scalar scalar, const GradientCase& c,
                                                 const GradientAnswer& truth,
                                                 const Insides<Digits50>& insides,
                                                 std::span<const int> sizes, Index first_position) {
  std::vector<Ensemble> ensembles = ensembles_of(scalar, c, truth, insides, sizes, first_position);
  const double floor = least_roundoffs * unit_roundoff(scalar) * largest_entry(truth.gradient);
  for (Ensemble& ensemble : ensembles) raise_to(floor, ensemble.deviation);
  return ensembles;
}

}  // namespace slim::properties
