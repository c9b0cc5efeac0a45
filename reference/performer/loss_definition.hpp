// SPDX-License-Identifier: Apache-2.0
#pragma once

// The template definition of reference::loss, included only by the files of instances/.

#include "reference/performer/forward.hpp"
#include "reference/performer/loss.hpp"

namespace slim::reference {
namespace detail {

/// Σ_ij A_ij B_ij
template <class A, class B>
typename A::Scalar inner(const A& a, const B& b) {
  typename A::Scalar total(0);
  for (Index i = 0; i < a.size(); ++i) total += a.data()[i] * b.data()[i];
  return total;
}

}  // namespace detail

template <class T>
accumulator_t<T> loss(const GradientTask<T>& task) {
  require_valid(task);
  const accumulator_t<T> divisor = loss_divisor(task);
  accumulator_t<T> phi(0);
  for (Index b = 0; b < task.sequences.batch(); ++b) {
    const Forward<T> kept = forward(task, b, divisor);
    phi += kept.loss.loss;
    for (Index r = 0; task.end_cotangent != nullptr && r < task.model.layers; ++r) {
      const auto G = heads_of(task.end_cotangent, task.model, b, r);
      const auto& heads = kept.layers[static_cast<std::size_t>(r)].attention.heads;
      for (std::size_t h = 0; h < heads.size(); ++h) {
        phi += detail::inner(G[h].R, heads[h].sums.back().R);
        phi += detail::inner(G[h].S, heads[h].sums.back().S);
      }
    }
  }
  return phi;
}

}  // namespace slim::reference
