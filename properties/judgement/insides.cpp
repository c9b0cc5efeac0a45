#include "properties/judgement/insides.hpp"

#include "reference/performer.hpp"
#include "reference/randomly_stored.hpp"

#include <algorithm>
#include <limits>

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

/// Calls visit(attention) with every layer's, of every sequence, on the way forward.
template <class T, class Visit>
void for_each_attention(const GradientCase& c, Index first_position, const Visit& visit) {
  const Parameters<T> theta = converted<T>(c.theta, c.model, MemoryTag::parameters);
  const Projection<T> omega = converted<T>(c.omega, c.model);
  const auto start = zero_start<accumulator_t<T>>(c.model);
  for (Index b = 0; b < c.sequences.batch(); ++b) {
    Matrix<T> X = reference::embedding(theta, c.sequences, b, first_position,
                                       c.model.conventions.position_base);
    for (Index r = 0; r < c.model.layers; ++r) {
      reference::Layer<T> layer =
          reference::layer(reference::layer_context(c.model, theta, omega, r), start, X);
      visit(layer.attention);
      X = std::move(layer.Y);
    }
  }
}

}  // namespace

template <class T>
Insides<T> insides_of(const GradientCase& c, Index first_position) {
  const accumulator_t<T> epsilon(c.model.conventions.denominator_epsilon);
  Insides<T> insides;
  for_each_attention<T>(c, first_position, [&](reference::MultiHeadAttention<T>& attention) {
    insides.has_zero_denominator =
        insides.has_zero_denominator || has_zero_denominator(attention, epsilon);
    insides.feature_inputs.push_back(std::move(attention.Q));
    insides.feature_inputs.push_back(std::move(attention.K));
  });
  return insides;
}

double worst_cancellation_in(const GradientCase& c, Index first_position) {
  double worst = 1.0;
  for_each_attention<Digits50>(
      c, first_position, [&](const reference::MultiHeadAttention<Digits50>& attention) {
        for (std::size_t h = 0; h < attention.heads.size(); ++h) {
          const Vector<Digits50>& S = attention.heads[h].sums.back().S;
          for (Index l = 0; l < attention.heads[h].D.size(); ++l) {
            const Digits50 with_all_keys = attention.rows[h].gQ.row(l).dot(S);
            const Digits50& D = attention.heads[h].D(l);
            const double here = D == 0 ? std::numeric_limits<double>::infinity()
                                       : to_double(Digits50(with_all_keys / D));
            worst = std::max(worst, here);
          }
        }
      });
  return worst;
}

template Insides<Digits50> insides_of(const GradientCase&, Index);
template Insides<reference::RandomlyRounded<float>> insides_of(const GradientCase&, Index);
template Insides<reference::RandomlyRounded<double>> insides_of(const GradientCase&, Index);
template Insides<reference::RandomlyStored<Float16>> insides_of(const GradientCase&, Index);
template Insides<reference::RandomlyStored<BFloat16>> insides_of(const GradientCase&, Index);

}  // namespace slim::properties
