#include "properties/judgement/insides.hpp"

#include "reference/performer.hpp"
#include "reference/randomly_stored.hpp"

namespace slim::properties {
namespace {

template <class T>
std::vector<reference::PrefixSums<T>> zero_start(const Model& model) {
  return {static_cast<std::size_t>(model.heads),
          {.R = Matrix<T>::Zero(model.head_dim(), model.features()),
           .S = Vector<T>::Zero(model.features())}};
}

template <class T>
bool has_zero_denominator(const reference::MultiHeadAttention<T>& attention,
                          const accumulator_t<T>& epsilon) {
  for (const reference::PrefixAttention<T>& head : attention.heads) {
    for (Index l = 0; l < head.D.size(); ++l) {
      if (head.D(l) == epsilon) return true;
    }
  }
  return false;
}

}  // namespace

template <class T>
Insides<T> insides_of(const GradientCase& c) {
  const Parameters<T> theta = converted<T>(c.theta, c.model, MemoryTag::parameters);
  const Projection<T> omega = converted<T>(c.omega, c.model);
  const auto start = zero_start<accumulator_t<T>>(c.model);
  const accumulator_t<T> epsilon(c.model.conventions.denominator_epsilon);
  Insides<T> insides;
  for (Index b = 0; b < c.sequences.batch(); ++b) {
    Matrix<T> X =
        reference::embedding(theta, c.sequences, b, Index{0}, c.model.conventions.position_base);
    for (Index r = 0; r < c.model.layers; ++r) {
      reference::Layer<T> layer =
          reference::layer(reference::layer_context(c.model, theta, omega, r), start, X);
      insides.has_zero_denominator =
          insides.has_zero_denominator || has_zero_denominator(layer.attention, epsilon);
      insides.feature_inputs.push_back(std::move(layer.attention.Q));
      insides.feature_inputs.push_back(std::move(layer.attention.K));
      X = std::move(layer.Y);
    }
  }
  return insides;
}

template Insides<Digits50> insides_of(const GradientCase&);
template Insides<reference::RandomlyRounded<float>> insides_of(const GradientCase&);
template Insides<reference::RandomlyRounded<double>> insides_of(const GradientCase&);
template Insides<reference::RandomlyStored<Float16>> insides_of(const GradientCase&);
template Insides<reference::RandomlyStored<BFloat16>> insides_of(const GradientCase&);

}  // namespace slim::properties
