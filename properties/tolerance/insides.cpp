// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/insides.hpp"

#include "properties/tolerance/each_attention.hpp"
#include "reference/numbers/randomly_stored.hpp"

#include <algorithm>
#include <limits>

namespace slim::properties {
namespace {

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

/// The largest S_L·g(Q_l) / D_l.
template <class T>
double worst_cancellation(const reference::MultiHeadAttention<T>& attention) {
  double worst = 1.0;
  for (std::size_t h = 0; h < attention.heads.size(); ++h) {
    const Vector<accumulator_t<T>>& S = attention.heads[h].sums.back().S;
    for (Index l = 0; l < attention.heads[h].D.size(); ++l) {
      double with_all_keys = 0.0;
      for (Index m = 0; m < S.size(); ++m) {
        with_all_keys += to_double(S(m)) * to_double(attention.rows[h].gQ(l, m));
      }
      const double D = to_double(attention.heads[h].D(l));
      worst =
          std::max(worst, D == 0.0 ? std::numeric_limits<double>::infinity() : with_all_keys / D);
    }
  }
  return worst;
}

}  // namespace

template <class T>
Insides<T> insides_of(const GradientCase& c, Index first_position) {
  const accumulator_t<T> epsilon(c.model.conventions.denominator_epsilon);
  Insides<T> insides;
  for_each_attention<T>(
      c, first_position, [&](Index, Index, reference::MultiHeadAttention<T>& attention) {
        insides.has_zero_denominator =
            insides.has_zero_denominator || has_zero_denominator(attention, epsilon);
        insides.worst_cancellation =
            std::max(insides.worst_cancellation, worst_cancellation(attention));
        insides.feature_inputs.push_back(std::move(attention.Q));
        insides.feature_inputs.push_back(std::move(attention.K));
      });
  return insides;
}

template Insides<Digits50> insides_of(const GradientCase&, Index);
template Insides<reference::RandomlyRounded<float>> insides_of(const GradientCase&, Index);
template Insides<reference::RandomlyRounded<double>> insides_of(const GradientCase&, Index);
template Insides<reference::RandomlyStored<Float16>> insides_of(const GradientCase&, Index);
template Insides<reference::RandomlyStored<BFloat16>> insides_of(const GradientCase&, Index);

}  // namespace slim::properties
