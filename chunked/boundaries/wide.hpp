// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/boundary.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

namespace slim::chunked {

__extension__ using Float128 = __float128;

/// A scalar with at least twice the digits of T.
template <class T>
struct Wider;
template <>
struct Wider<float> {
  using type = double;
};
template <>
struct Wider<double> {
  using type = Float128;  // 113 bits
};
template <>
struct Wider<Digits50> {
  using type = boost::multiprecision::number<
      boost::multiprecision::mpfr_float_backend<100, boost::multiprecision::allocate_stack>,
      boost::multiprecision::et_off>;
};
template <>
struct Wider<Counted> {
  using type = Counted;
};

/// One state in a wider scalar. The sum of a slice is rounded to T before it is added. While the
/// exponents of the sums spread by less than the spare digits, additions and subtractions are
/// exact, and the recovered state equals that of the forward sweep. Beyond that it drifts like
/// `recovered`, in far smaller steps.
/// Least memory: a state in T, which the backward sweep reads twice, and one in the wider scalar:
/// |B| (bytes of T + bytes of the wider scalar).
template <class T>
class WideSums final : public Boundary<T> {
 public:
  [[nodiscard]] std::int64_t least_bytes(const StateSizes& sizes, Index /*slices*/) const override {
    return state_bytes<T>(sizes) + state_bytes<WiderT>(sizes);
  }
  void begin(const StateSizes& sizes, Index slices, Start<T> start) override {
    heads_ = sizes.heads;
    last_ = slices - 1;
    start_ = start;
    if (rounded_.empty()) {
      rounded_ = State<T>(sizes, 1);
      layer_size_ = layer_sums(rounded_, 0, 0, heads_).size();
      sums_ = Buffer<WiderT>(MemoryTag::state, layer_size_ * sizes.layers);
    }
    for (Index r = 0; r < sizes.layers; ++r) {
      start_.write(rounded(r), r, heads_);
      const LayerSums<T> values = rounded(r);
      for (Index i = 0; i < layer_size_; ++i) wide(r)[i] = static_cast<WiderT>(values(i));
    }
  }
  LayerSums<const T> start(Index /*n*/, Index r) const override {
    return layer_sums(rounded_, 0, r, heads_);
  }
  void advance(Index /*n*/, Index r, LayerSums<const T> sum) override {
    for (Index i = 0; i < layer_size_; ++i) wide(r)[i] += static_cast<WiderT>(sum(i));
    round(r);
  }
  bool needs_slice_sum(Index n) const override { return n != last_ && n != 0; }
  void restore(Index n, Index r, LayerSums<const T> sum) override {
    if (n == last_) return;
    if (n == 0) {
      start_.write(rounded(r), r, heads_);
      return;
    }
    for (Index i = 0; i < layer_size_; ++i) wide(r)[i] -= static_cast<WiderT>(sum(i));
    round(r);
  }

 private:
  using WiderT = typename Wider<T>::type;

  WiderT* wide(Index r) { return sums_.data() + r * layer_size_; }
  LayerSums<T> rounded(Index r) { return layer_sums(rounded_, 0, r, heads_); }
  void round(Index r) {
    LayerSums<T> values = rounded(r);
    for (Index i = 0; i < layer_size_; ++i) values(i) = static_cast<T>(wide(r)[i]);
  }

  Index heads_ = 0;
  Index last_ = 0;
  Index layer_size_ = 0;
  Start<T> start_;
  State<T> rounded_;
  Buffer<WiderT> sums_;
};

}  // namespace slim::chunked
