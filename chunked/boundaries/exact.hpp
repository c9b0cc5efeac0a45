// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/boundary.hpp"
#include "chunked/boundaries/grid.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <vector>

namespace slim::chunked {

/// One state of integers on a grid, with a separate spacing 2^e for every sum. The sum of a slice
/// is rounded to the grid once and added, and subtracting it restores the previous state bit for
/// bit, however long the sequence. This requires that a slice has the same sum in both sweeps, so
/// both sweeps compute the same products with the same shapes.
///
/// The spacing is chosen at the first slice whose sum is not 0, with half of the spare digits below
/// it and half above. When a sum outgrows this range, the forward sweep continues in T to measure
/// how large sums become, and is repeated on a grid that holds them (see restart()). A key sum S
/// that then no longer holds the digits of T is refused with a ContractError, never rounded to
/// fewer digits: sums may span 102 binary digits in float and 73 in double.
/// Error: half a spacing per slice, relative to the largest value that the sum takes.
/// Least memory: a state in T, which the backward sweep reads twice, one of 128-bit integers and
/// one of exponents: |B| (bytes of T + 20).
template <class T>
class Exact final : public Boundary<T> {
 public:
  [[nodiscard]] std::int64_t least_bytes(const StateSizes& sizes, Index /*slices*/) const override {
    return state_bytes<T>(sizes) + state_bytes<Integer>(sizes) + state_bytes<int>(sizes);
  }
  void begin(const StateSizes& sizes, Index slices, Start<T> start) override {
    heads_ = sizes.heads;
    layers_ = sizes.layers;
    features_ = sizes.features;
    rows_ = sizes.width + 1;
    last_ = slices - 1;
    start_ = start;
    restarts_ = 0;
    if (rounded_.empty()) {
      rounded_ = State<T>(sizes, 1);
      sums_ = Buffer<Integer>(MemoryTag::state, layers_ * heads_ * rows_ * features_);
      places_ = Buffer<Place>(MemoryTag::state, sums_.size());
    }
    for (Place& place : places_) place = Place{};
    restart_sums();
  }
  LayerSums<const T> start(Index /*n*/, Index r) const override {
    return layer_sums(rounded_, 0, r, heads_);
  }
  void advance(Index /*n*/, Index r, LayerSums<const T> sum) override { add(r, sum, +1); }
  bool restart() override {
    if (!overflowed_) return false;
    ++restarts_;
    restart_sums();
    return true;
  }
  Index restarts() const override { return restarts_; }
  bool needs_slice_sum(Index n) const override { return n != last_ && n != 0; }
  void restore(Index n, Index r, LayerSums<const T> sum) override {
    if (n == last_) return;
    if (n == 0) {
      start_.write(layer_sums(rounded_, 0, r, heads_), r, heads_);
    } else {
      add(r, sum, -1);
    }
  }

 private:
  using Grid = chunked::Grid<T>;
  using Integer = typename Grid::Integer;
  /// Binary digits beyond those of T.
  static constexpr int spare = Grid::bits - Grid::digits;

  /// Position of a sum on its grid.
  struct Place {
    int exponent = 0;       ///< of the spacing; once outgrown, of the largest value of the sum
    bool chosen = false;    ///< a nonzero sum has been added
    bool outgrown = false;  ///< it no longer fits; it continues in T to measure its size
    bool lost = false;      ///< a sum was not finite: NaN from here on
  };

  void restart_sums() {
    overflowed_ = false;
    for (Place& place : places_) {
      if (!place.outgrown) continue;
      constexpr int room = 2;  // for sums that round up on the coarser grid
      place = Place{.exponent = place.exponent + room - Grid::bits, .chosen = true};
    }
    for (Integer& q : sums_) q = Integer(0);
    for (Index r = 0; r < layers_; ++r) {
      LayerSums<T> rounded = layer_sums(rounded_, 0, r, heads_);
      if (start_.state != nullptr) add(r, layer_sums(*start_.state, start_.b, r, heads_), +1);
      start_.write(rounded, r, heads_);  // the given bits, as in restore()
    }
  }

  void add(Index r, LayerSums<const T> sum, int sign) {
    LayerSums<T> rounded = layer_sums(rounded_, 0, r, heads_);
    const Index of_head = rows_ * features_;
    const Index of_layer = heads_ * of_head;
    for (Index at = 0; at < of_layer; ++at) {
      Place& place = places_[r * of_layer + at];
      Integer& q = sums_[r * of_layer + at];
      rounded(at) = added(place, q, rounded(at), sum(at), sign);
      const bool is_key_sum = at % of_head >= of_head - features_;
      require(!is_key_sum || overflowed_ || place.lost || sign < 0 || !(sum(at) > T(0)) ||
                  !Grid::below(q, Grid::digits),
              "the key sums of a feature span more digits than boundary 'exact' has: use 'stored'");
    }
  }

  /// Adds (sign > 0) or subtracts x. The sum was q on the grid and `before` in T; returns the new
  /// one in T.
  T added(Place& place, Integer& q, T before, const T& x, int sign) {
    if (!Grid::is_finite(x)) place.lost = true;
    if (place.lost) return std::numeric_limits<T>::quiet_NaN();
    if (x != T(0)) put_on_grid(place, x);
    if (place.outgrown) {
      before += x;
      if (before != T(0)) note(place, before);
      return before;
    }
    if (x != T(0)) {
      const Integer more = Grid::place(x, place.exponent);
      q = sign > 0 ? Integer(q + more) : Integer(q - more);
    }
    T rounded = Grid::read(q, place.exponent);
    if (!Grid::below(q, Grid::bits)) outgrow(place, rounded);
    return rounded;
  }

  /// Chooses the spacing at the first nonzero sum, and checks that x fits.
  void put_on_grid(Place& place, const T& x) {
    if (!place.chosen) {
      place.exponent = Grid::exponent(x) - Grid::digits - spare / 2;
      place.chosen = true;
    }
    const bool fits = place.outgrown || Grid::exponent(x) - place.exponent <= Grid::bits;
    if (!fits) outgrow(place, x);
  }
  void outgrow(Place& place, const T& x) {
    place.outgrown = true;
    place.exponent = std::numeric_limits<int>::min();
    overflowed_ = true;
    note(place, x);
  }
  static void note(Place& place, const T& x) {
    if (!Grid::is_finite(x)) {
      place.lost = true;
    } else {
      place.exponent = std::max(place.exponent, Grid::exponent(x));
    }
  }

  Index heads_ = 0;
  Index layers_ = 0;
  Index features_ = 0;
  Index rows_ = 0;  ///< d + 1: R, then S
  Index last_ = 0;
  Index restarts_ = 0;
  bool overflowed_ = false;
  Start<T> start_;
  State<T> rounded_;
  Buffer<Integer> sums_;
  Buffer<Place> places_;
};

}  // namespace slim::chunked
