// SPDX-License-Identifier: Apache-2.0
#include "chunked/rows/products.hpp"

#include <gtest/gtest.h>

#include <array>

namespace slim::chunked {
namespace {

using FloatMatrix = Matrix<float>;

/// The sizes of a linear map, a whole one and one that leaves incomplete blocks.
constexpr std::array<std::array<Index, 3>, 3> map_sizes{
    {{64, 512, 512}, {129, 512, 600}, {7, 33, 20}}};

struct ThreeMaps {
  FloatMatrix X, weights, biases;
  Index out;

  ThreeMaps(Index rows, Index in, Index outputs)
      : X(FloatMatrix::Random(rows, in)),
        weights(FloatMatrix::Random(3 * outputs, in)),
        biases(FloatMatrix::Random(3, outputs)),
        out(outputs) {}

  LinearMap<const float> map(Index i) const {
    return {{weights.data() + i * out * X.cols(), out, X.cols()}, {biases.data() + i * out, out}};
  }
  /// The outputs of the first `count` maps, one below the other.
  FloatMatrix outputs(int threads, std::size_t count) const {
    FloatMatrix Y(3 * X.rows(), out);
    auto output = [&](Index i) {
      return MatrixView<float>(Y.data() + i * X.rows() * out, X.rows(), out);
    };
    const std::array maps{std::pair{map(0), output(0)}, std::pair{map(1), output(1)},
                          std::pair{map(2), output(2)}};
    Workers workers(threads);
    apply<float>(workers, MatrixView<const float>(X.data(), X.rows(), X.cols()),
                 std::span(maps).first(count));
    return Y.topRows(static_cast<Index>(count) * X.rows());
  }
};

/// The lazy sweep computes keys and values, the backward sweep queries too: recovery of a state by
/// subtraction relies on equal bits.
TEST(Products, OfTwoMapsHaveTheBitsOfThree) {
  for (const auto& [rows, in, out] : map_sizes) {
    const ThreeMaps maps(rows, in, out);
    const FloatMatrix three = maps.outputs(1, 3);
    EXPECT_EQ(maps.outputs(1, 2), three.topRows(2 * rows)) << rows << " rows";
    EXPECT_EQ(maps.outputs(2, 2), three.topRows(2 * rows)) << rows << " rows, two threads";
    EXPECT_EQ(maps.outputs(3, 3), three) << rows << " rows, three threads";
  }
}

TEST(Products, OfSlicesOfAnyLengthAgreeWithDouble) {
  for (const Index rows : {1, 2, 63, 64, 65, 127, 128, 130}) {
    const ThreeMaps maps(rows, 96, 80);
    const FloatMatrix Y = maps.outputs(2, 3);
    for (Index i = 0; i < 3; ++i) {
      const Matrix<double> W = maps.map(i).weight.cast<double>();
      const Matrix<double> X = maps.X.cast<double>();
      Matrix<double> exact = X * W.transpose();
      exact.rowwise() += maps.map(i).bias.cast<double>().transpose();
      Matrix<double> terms = X.cwiseAbs() * W.cwiseAbs().transpose();
      terms.rowwise() += maps.map(i).bias.cast<double>().cwiseAbs().transpose();
      // |error| ≤ n u Σ |terms|, n = 96 products and a bias
      const double bound = 97 * 0x1p-24;
      const Matrix<double> error = (Y.middleRows(i * rows, rows).cast<double>() - exact).cwiseAbs();
      EXPECT_TRUE((error.array() <= bound * terms.array()).all()) << rows << " rows, map " << i;
    }
  }
}

}  // namespace
}  // namespace slim::chunked
