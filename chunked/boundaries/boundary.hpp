#pragma once

#include "reference/vocabulary/model/state.hpp"

#include <cstdint>
#include <functional>

namespace slim::chunked {

/// One layer of a state, all heads one after another, each as RS [d + 1, M]; `const T` only reads.
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

/// Where a sequence starts: prefix sums of sequence b, or zero when `state` is null.
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

/// Where the prefix sums B⁽ⁿ⁾ at the start of slice n come from, n = 0 … N-1, in the sweep up over
/// the slices and in the sweep down. A slice's sum is made once, by PrefixSum::slice_sum, and every
/// boundary advances by it.
template <class T>
class Boundary {
 public:
  /// Runs slice n of the sweep up again; pass(n, r, sum) is called for every layer.
  using RunAgain = std::function<void(Index n)>;

  Boundary() = default;
  Boundary(const Boundary&) = delete;
  Boundary& operator=(const Boundary&) = delete;
  virtual ~Boundary() = default;

  /// Bytes that no algorithm with this idea can do without, for `slices` slices of any length.
  [[nodiscard]] virtual std::int64_t least_bytes(const StateSizes& sizes, Index slices) const = 0;

  /// A new sequence of `slices` slices with B⁽⁰⁾ = `start`, which outlives both sweeps.
  virtual void begin(const StateSizes& sizes, Index slices, Start<T> start) = 0;

  /// Layer r of B⁽ⁿ⁾, what the attention of slice n reads. In the sweep up valid until pass(n, r),
  /// in the sweep down from open(n, r) until slice n is left.
  virtual LayerSums<const T> start(Index n, Index r) const = 0;

  /// Sweep up, n < N-1: layer r of slice n is through, B⁽ⁿ⁺¹⁾ = B⁽ⁿ⁾ + sum.
  virtual void pass(Index n, Index r, LayerSums<const T> sum) = 0;

  /// Sweep up, after a slice: must it start again from slice 0? If so the boundary is ready for
  /// that.
  virtual bool restart() { return false; }
  /// How often it did for this sequence.
  [[nodiscard]] virtual Index restarts() const { return 0; }

  /// Sweep down: slice n comes next; earlier slices may be run again.
  virtual void descend_to(Index /*n*/, const RunAgain& /*run_again*/) {}

  /// Sweep down: does open() of slice n need the slice's own sum?
  [[nodiscard]] virtual bool wants_sum(Index n) const = 0;
  /// Sweep down: makes start(n, r) valid. `sum` is as it was in pass(n, r), or empty if not wanted.
  virtual void open(Index n, Index r, LayerSums<const T> sum) = 0;
};

}  // namespace slim::chunked
