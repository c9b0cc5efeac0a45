// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/narrow_type.hpp"
#include "properties/mutants/row_map_mutants.hpp"
#include "properties/mutants/whole_models.hpp"
#include "reference/performer/gradient.hpp"

namespace slim::properties::mutants {
namespace {

/// The reference with changed parameters: `change` is applied to theta and to the gradient.
template <class T, class Change>
GradientFunction<T> with_parameters(const Change& change) {
  return [change](const GradientTask<T>& task, GradientResult<T>& result) {
    Parameters<T> theta = task.theta;
    for (Index r = 0; r < theta.layers(); ++r) change(theta.layer(r));
    reference::gradient(with_inputs(task, {.theta = &theta}), result);
    for (Index r = 0; r < theta.layers(); ++r) change(result.gradient.layer(r));
  };
}

/// y = x W in place of x Wᵀ in the square maps.
struct WeightsTransposed {
  template <class T>
  void operator()(LayerParameters<T> layer) const {
    for (LinearMap<T>* map : {&layer.q_map, &layer.k_map, &layer.v_map}) {
      map->weight = map->weight.transpose().eval();
    }
  }
};

struct AttentionWithoutBias {
  template <class T>
  void operator()(LayerParameters<T> layer) const {
    for (LinearMap<T>* map : {&layer.q_map, &layer.k_map, &layer.v_map}) map->bias.setZero();
  }
};

template <class Change>
GradientFunctions with_parameters_in_every_scalar() {
  GradientFunctions functions;
  functions.in<float>() = with_parameters<float>(Change());
  functions.in<double>() = with_parameters<double>(Change());
  functions.in<Digits50>() = with_parameters<Digits50>(Change());
  return functions;
}

/// Products of linear maps have inputs and results in a narrower type, forward and backward.
template <class T>
class LinearMapsInNarrowType final : public RowMaps<T> {
 public:
  explicit LinearMapsInNarrowType(NarrowType type) : type_(type) {}

  [[nodiscard]] Matrix<T> linear(const LinearMap<const T>& map, const Matrix<T>& X) const override {
    Matrix<T> Y = narrow(X) * narrow(map.weight).transpose();
    Y.rowwise() += map.bias.transpose();
    return narrow(Y);
  }
  [[nodiscard]] Matrix<T> linear_pullback(const LinearMap<const T>& map, const Matrix<T>& X,
                                          const Matrix<T>& dY,
                                          LinearMap<T> gradient) const override {
    const Matrix<T> dY_in_type = narrow(dY);
    gradient.weight += narrow(dY_in_type.transpose() * narrow(X));
    gradient.bias += dY_in_type.colwise().sum().transpose();
    return narrow(dY_in_type * narrow(map.weight));
  }

 private:
  [[nodiscard]] Matrix<T> narrow(const Matrix<T>& X) const { return narrowed_to(type_, X); }
  NarrowType type_;
};

Mutant linear_maps_in(const char* type, NarrowType narrow, const char* seen) {
  const std::string words = type;
  return {.name = "mutant/linear-maps-in-" + words,
          .description = "products of linear maps have inputs and results in " + words,
          .seen = seen,
          .gradient = with_row_maps<LinearMapsInNarrowType>(narrow)};
}

}  // namespace

std::vector<Mutant> linear_map_mutants() {
  return {
      model_mutant("weights-transposed", "queries, keys and values are X W in place of X Wᵀ",
                   "checkpoints copied between frameworks that store [in, out] and [out, in]",
                   with_parameters_in_every_scalar<WeightsTransposed>()),
      model_mutant("attention-without-bias", "queries, keys and values have no bias",
                   "an option that is accepted and ignored",
                   with_parameters_in_every_scalar<AttentionWithoutBias>()),
      linear_maps_in("bfloat16", NarrowType::bfloat16, "a program that runs under autocast"),
      linear_maps_in("float16", NarrowType::float16, "a program that runs under autocast"),
      linear_maps_in("tf32", NarrowType::tf32, "the default of some GPU libraries"),
  };
}

}  // namespace slim::properties::mutants
