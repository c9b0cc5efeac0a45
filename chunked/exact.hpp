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
/// The spacing is chosen at a feature's first sum that is not 0, 2^-63 of it in hardware scalars.
/// When a sum outgrows the integers the sweep up starts again on a coarser grid (see restart()). A
/// key sum S that no longer carries the digits of T is refused with a ContractError, never rounded
/// away. Error: half a spacing per slice, against the largest sum of the feature. Memory: one state
/// in T, one of 128-bit integers.
template <class T>
class Exact final : public Boundary<T> {
 public:
  void begin(const Model& model, Index slices, Start<T> start) override {
    heads_ = model.heads;
    layers_ = model.layers;
    features_ = model.features();
    rows_ = model.head_dim() + 1;
    last_ = slices - 1;
    start_ = start;
    restarts_ = 0;
    if (rounded_.empty()) {
      rounded_ = State<T>(model, 1);
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
  /// Digits below a feature's first sum.
  static constexpr int depth = Grid::bits / 2;

  /// One feature of one head and layer: its spacing is 2^exponent.
  struct Column {
    int exponent = 0;
    bool placed = false;  ///< a sum that is not 0 has been seen
    bool lost = false;    ///< a sum was not finite: the state is NaN from there on
  };

  void restart_sums() {
    overflowed_ = false;
    for (Integer& q : sums_) q = Integer(0);
    for (Index r = 0; r < layers_; ++r) {
      LayerSums<T> rounded = layer_sums(rounded_, 0, r, heads_);
      start_.write(rounded, r, heads_);
      if (start_.state != nullptr) add(r, layer_sums(*start_.state, start_.b, r, heads_), +1);
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
    for (Index i = 0; i < rows_; ++i) {
      const Index at = first + i * features_;
      const T& x = sum(at);
      if (x == T(0)) continue;
      if (!Grid::is_finite(x)) {
        column.lost = true;
        continue;
      }
      if (!column.placed) place(column, first, sum);
      if (Grid::exponent(x) - column.exponent > Grid::bits) {
        coarsen(column, Grid::exponent(x));
        continue;
      }
      const Integer q = Grid::place(x, column.exponent);
      if (sign > 0) {
        sums[at] += q;
      } else {
        sums[at] -= q;
      }
      if (!Grid::below(sums[at], Grid::bits)) coarsen(column, column.exponent + Grid::bits);
    }
    for (Index i = 0; i < rows_; ++i) {
      const Index at = first + i * features_;
      rounded(at) =
          column.lost ? std::numeric_limits<T>::quiet_NaN() : Grid::read(sums[at], column.exponent);
    }
    const Index key_sum = first + (rows_ - 1) * features_;
    require(
        overflowed_ || !(sum(key_sum) > T(0)) || sign < 0 ||
            !Grid::below(sums[key_sum], Grid::digits),
        "the key sums of a feature span more digits than the boundary 'exact' has: use 'stored'");
  }

  /// The spacing that leaves `depth` digits below the column's largest sum.
  void place(Column& column, Index first, const LayerSums<const T>& sum) {
    int largest = std::numeric_limits<int>::min();
    for (Index i = 0; i < rows_; ++i) {
      const T& x = sum(first + i * features_);
      if (x == T(0) || !Grid::is_finite(x)) continue;
      largest = std::max(largest, Grid::exponent(x));
    }
    column.exponent = largest - depth;
    column.placed = true;
  }

  void coarsen(Column& column, int exponent) {
    column.exponent = exponent - depth;
    overflowed_ = true;
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
