// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/setting.hpp"
#include "experiments/workload/corpus.hpp"
#include "reference/vocabulary/model/draw.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace slim::experiments {

/// Finds a subject by name, in the catalogue of properties or in a test's own.
using FindSubject = std::function<const Subject&(std::string_view)>;

/// The setting's tokens. Throws ContractError when the setting or its corpus is invalid.
inline Sequences read_corpus(const Setting& setting) {
  require_valid(setting);
  if (setting.corpus == random_tokens) {
    return draw_sequences(setting.batch, setting.length, setting.model.vocab_size, setting.seed);
  }
  return read_corpus(setting.corpus, setting.batch, setting.length, setting.model.vocab_size);
}

/// The setting's parameters.
inline Parameters<double> drawn_parameters(const Setting& setting) {
  Parameters<double> theta = draw_parameters(setting.model, setting.seed);
  for (Index r = 0; r < setting.model.layers; ++r) {
    LinearMap<double> keys = theta.layer(r).k_map;
    keys.weight *= setting.key_scale;
    keys.bias *= setting.key_scale;
  }
  return theta;
}

/// A subject's gradient of a setting, prepared to run: parameters drawn, tokens read, and the
/// gradient's own memory allocated, so that each run does the same work.
template <class T>
class Workload {
 public:
  /// Throws ContractError when the setting or its corpus is invalid, or when the subject does not
  /// support this scalar or feature map.
  Workload(const Subject& subject, const Setting& setting)
      : Workload(subject, setting, read_corpus(setting)) {}

  /// The same on the given tokens.
  Workload(const Subject& subject, const Setting& setting, Sequences sequences)
      : model_(setting.model),
        function_(subject.gradient.in<T>()),
        slice_(setting.slice),
        first_sweep_(setting.first_sweep),
        threads_(setting.threads),
        sequences_(std::move(sequences)) {
    require_valid(setting);
    require(subject.capabilities.takes(model_.feature_map),
            subject.name + " does not take feature map " + name(model_.feature_map));
    require(static_cast<bool>(function_), subject.name + " does not work in this scalar");
    require(first_sweep_ == FirstSweep::lazy || subject.capabilities.chooses_first_sweep,
            subject.name + " has no first sweep to choose");
    model_.conventions = subject.conventions;
    theta_ = converted<T>(drawn_parameters(setting), model_, MemoryTag::parameters);
    omega_ = converted<T>(draw_projection(model_, setting.seed), model_);
    result_.gradient = Parameters<T>(model_, MemoryTag::gradient);
  }

  /// The loss; the gradient is in result().
  T run() {
    function_({.model = model_,
               .theta = theta_,
               .omega = omega_,
               .sequences = sequences_,
               .slice_length = slice_,
               .first_sweep = first_sweep_,
               .threads = threads_},
              result_);
    return result_.loss;
  }
  [[nodiscard]] const GradientResult<T>& result() const { return result_; }

 private:
  Model model_;
  GradientFunction<T> function_;
  Index slice_;
  FirstSweep first_sweep_;
  int threads_;
  Sequences sequences_;
  Parameters<T> theta_;
  Projection<T> omega_;
  GradientResult<T> result_;
};

/// Calls `visitor.template operator()<T>()` with the type of a scalar.
template <class Visitor>
auto in_scalar(Scalar scalar, Visitor&& visitor) {
  switch (scalar) {
    case Scalar::float32:
      return visitor.template operator()<float>();
    case Scalar::float64:
      return visitor.template operator()<double>();
    case Scalar::digits50:
      return visitor.template operator()<Digits50>();
    case Scalar::float16:
      return visitor.template operator()<Float16>();
    case Scalar::bfloat16:
      return visitor.template operator()<BFloat16>();
  }
  throw ContractError("unknown scalar");
}

}  // namespace slim::experiments
