#pragma once

#include "chunked/boundary.hpp"
#include "chunked/grid.hpp"
#include "reference/vocabulary/contract.hpp"

#include <vector>

namespace slim::chunked {

/// One state of integers on a grid, with a spacing 2^e of its own for every feature of every head
/// and layer. A slice's sum is rounded to the grid once and added; subtracting it again restores
/// the state that passed to the bit, however long the sequence. It relies on a slice giving the
/// same sum in both sweeps, so both sweeps call the same products with the same shapes.
///
/// The spacing is chosen at a feature's first key sum that is not 0, half of the spare digits below
/// it and half above. When a sum outgrows that, the sweep up goes on in T to see how far sums
/// reach, and starts again on a grid that holds them (see restart()). A key sum S that no longer
/// carries the digits of T is then refused with a ContractError, never rounded away: in float sums
/// may span 102 binary digits, in double 73. Error: half a spacing per slice, against the largest
/// sum of the feature. Least memory: a state in T, which the sweep down reads twice, and one of
/// 128-bit integers: |B| (bytes of T + 16), and an exponent for each of s k M features.
template <class T>
class Exact final : public Boundary<T> {
 public:
  [[nodiscard]] std::int64_t least_bytes(const StateSizes& sizes, Index /*slices*/) const override {
    return state_bytes<T>(sizes) + state_bytes<Integer>(sizes) +
           sizes.layers * sizes.heads * sizes.features * static_cast<Index>(sizeof(int));
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
      columns_ = Buffer<Column>(MemoryTag::state, layers_ * heads_ * features_);
    }
    for (Column& column : columns_) column = Column{};
    restart_sums();
  }
  LayerSums<const T> start(Index /*n*/, Index r) const override {
    return layer_sums(rounded_, 0, r, heads_);
  }
  void pass(Index /*n*/, Index r, LayerSums<const T> sum) override { add(r, sum, +1); }
  bool restart() override {
    if (!overflowed_) return false;
    ++restarts_;
    restart_sums();
    return true;
  }
  Index restarts() const override { return restarts_; }
  bool wants_sum(Index n) const override { return n != last_ && n != 0; }
  void open(Index n, Index r, LayerSums<const T> sum) override {
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

  /// One feature of one head and layer: its spacing is 2^exponent.
  struct Column {
    int exponent = 0;
    int largest = std::numeric_limits<int>::min();  ///< exponent of the largest sum so far
    bool placed = false;                            ///< a sum that is not 0 has been seen
    bool outgrown = false;  ///< sums no longer fit: they go on in T, for their size alone
    bool lost = false;      ///< a sum was not finite: the state is NaN from there on
  };

  void restart_sums() {
    overflowed_ = false;
    for (Column& column : columns_) {
      if (!column.outgrown) continue;
      constexpr int room = 2;  // for sums that round up on the coarser grid
      column = Column{.exponent = column.largest + room - Grid::bits, .placed = true};
    }
    for (Integer& q : sums_) q = Integer(0);
    for (Index r = 0; r < layers_; ++r) {
      LayerSums<T> rounded = layer_sums(rounded_, 0, r, heads_);
      if (start_.state != nullptr) add(r, layer_sums(*start_.state, start_.b, r, heads_), +1);
      start_.write(rounded, r, heads_);  // as given, and as open() will write it again
    }
  }

  void add(Index r, LayerSums<const T> sum, int sign) {
    LayerSums<T> rounded = layer_sums(rounded_, 0, r, heads_);
    for (Index h = 0; h < heads_; ++h) {
      for (Index j = 0; j < features_; ++j) {
        add_column(columns_[(r * heads_ + h) * features_ + j], (h * rows_) * features_ + j, r, sum,
                   sign, rounded);
      }
    }
  }

  void add_column(Column& column, Index first, Index r, const LayerSums<const T>& sum, int sign,
                  LayerSums<T>& rounded) {
    Integer* sums = sums_.data() + r * heads_ * rows_ * features_;
    const Index key_sum = first + (rows_ - 1) * features_;
    for (Index at = first; at <= key_sum; at += features_) {
      const T& x = sum(at);
      if (!Grid::is_finite(x)) column.lost = true;
      if (column.lost) {
        rounded(at) = std::numeric_limits<T>::quiet_NaN();
        continue;
      }
      if (x != T(0)) place(column, sum(key_sum), x);
      if (column.outgrown) {
        rounded(at) += x;
        if (rounded(at) != T(0)) note(column, rounded(at));
        continue;
      }
      if (x != T(0)) {
        const Integer q = Grid::place(x, column.exponent);
        sums[at] = sign > 0 ? Integer(sums[at] + q) : Integer(sums[at] - q);
      }
      rounded(at) = Grid::read(sums[at], column.exponent);
      if (!Grid::below(sums[at], Grid::bits)) outgrow(column, rounded(at));
    }
    require(overflowed_ || column.lost || sign < 0 || !(sum(key_sum) > T(0)) ||
                !Grid::below(sums[key_sum], Grid::digits),
            "the key sums of a feature span more digits than boundary 'exact' has: use 'stored'");
  }

  /// Chooses the spacing at the first sum, and sees whether x fits.
  void place(Column& column, const T& key_sum, const T& x) {
    if (!column.placed) {
      const T& first = key_sum != T(0) && Grid::is_finite(key_sum) ? key_sum : x;
      column.exponent = Grid::exponent(first) - Grid::digits - spare / 2;
      column.placed = true;
    }
    if (!column.outgrown && Grid::exponent(x) - column.exponent > Grid::bits) outgrow(column, x);
  }
  void outgrow(Column& column, const T& x) {
    column.outgrown = true;
    overflowed_ = true;
    note(column, x);
  }
  static void note(Column& column, const T& x) {
    if (!Grid::is_finite(x)) {
      column.lost = true;
    } else {
      column.largest = std::max(column.largest, Grid::exponent(x));
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
  Buffer<Column> columns_;
};

}  // namespace slim::chunked
