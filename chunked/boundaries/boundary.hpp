// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/model/state.hpp"

#include <cstdint>
#include <functional>

namespace slim::chunked {

/// One layer of a state: all heads in order, each RS [d + 1, M]. `const T` is a read-only view.
template <class T>
using LayerSums =
    Eigen::Map<detail::like<T, Eigen::Array<std::remove_const_t<T>, Eigen::Dynamic, 1>>>;

template <class T>
LayerSums<T> layer_sums(State<T>& state, Index b, Index r, Index heads) {
  MatrixView<T> first = state.RS(b, r, 0);
  return {first.data(), heads * first.size()};
}
template <class T>
LayerSums<const T> layer_sums(const State<T>& state, Index b, Index r, Index heads) {
  const MatrixView<const T> first = state.RS(b, r, 0);
  return {first.data(), heads * first.size()};
}

/// |B| = s k (d + 1) M numbers.
template <class T>
std::int64_t state_bytes(const StateSizes& sizes) {
  return state_entries(sizes, 1) * static_cast<std::int64_t>(sizeof(T));
}

/// The start of a sequence: the prefix sums of sequence b, or zero when `state` is null.
template <class T>
struct Start {
  const State<T>* state = nullptr;
  Index b = 0;

  void write(LayerSums<T> out, Index r, Index heads) const {
    if (state == nullptr) {
      out.setConstant(T(0));
    } else {
      out = layer_sums(*state, b, r, heads);
    }
  }
};

/// Provides the prefix sums B⁽ⁿ⁾ at the start of slice n, n = 0 … N-1, in the forward sweep (slices
/// in order) and in the backward sweep (slices in reverse). PrefixSum::slice_sum computes the sum
/// of a slice, and every boundary advances by that sum.
template <class T>
class Boundary {
 public:
  /// Runs slice n of the forward sweep again, which calls advance(n, r, sum) for every layer.
  using RunAgain = std::function<void(Index n)>;

  Boundary() = default;
  Boundary(const Boundary&) = delete;
  Boundary& operator=(const Boundary&) = delete;
  virtual ~Boundary() = default;

  /// Lower bound on the bytes that any algorithm with this idea needs, for `slices` slices of any
  /// length.
  [[nodiscard]] virtual std::int64_t least_bytes(const StateSizes& sizes, Index slices) const = 0;

  /// Begins a sequence of `slices` slices with B⁽⁰⁾ = `start`, which must outlive both sweeps.
  virtual void begin(const StateSizes& sizes, Index slices, Start<T> start) = 0;

  /// Layer r of B⁽ⁿ⁾, which the attention of slice n reads. Valid in the forward sweep until
  /// advance(n, r), and in the backward sweep from restore(n, r) until the next slice.
  virtual LayerSums<const T> start(Index n, Index r) const = 0;

  /// Forward sweep, n < N-1, after layer r of slice n: B⁽ⁿ⁺¹⁾ = B⁽ⁿ⁾ + sum.
  virtual void advance(Index n, Index r, LayerSums<const T> sum) = 0;

  /// After the forward sweep: returns true if it must be repeated from slice 0. The boundary is
  /// then ready for that.
  virtual bool restart() { return false; }
  /// Number of such repetitions for the current sequence.
  [[nodiscard]] virtual Index restarts() const { return 0; }

  /// Backward sweep: prepares slice n, which comes next, and may run earlier slices again.
  virtual void prepare(Index /*n*/, const RunAgain& /*run_again*/) {}

  /// Backward sweep: whether restore() of slice n needs the sum of that slice.
  [[nodiscard]] virtual bool needs_slice_sum(Index n) const = 0;
  /// Backward sweep: makes start(n, r) valid. `sum` has the bits given to advance(n, r); it is
  /// empty if needs_slice_sum(n) is false.
  virtual void restore(Index n, Index r, LayerSums<const T> sum) = 0;

  /// Whether the cotangent of the sums after a slice is unknown until the slice was pulled back,
  /// with zero in its place; later() then provides it.
  [[nodiscard]] virtual bool learns_later() const { return false; }
  /// Backward sweep, only if learns_later(), after the pullback of layer r of slice n: returns the
  /// cotangent of the sums after the slice, and adds it to `own`, the slice's own cotangent of the
  /// sums before it.
  virtual LayerSums<const T> later(Index /*n*/, Index /*r*/, LayerSums<T> /*own*/) {
    return {nullptr, 0};
  }
};

}  // namespace slim::chunked
