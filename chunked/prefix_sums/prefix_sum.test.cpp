// SPDX-License-Identifier: Apache-2.0
#include "chunked/prefix_sums/prefix_sum.hpp"

#include "chunked/composition.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace slim::chunked {
namespace {

const std::vector<std::string> all_kinds = {"explicit", "tree", "iterative",
                                            "iterative-subtracting", "blocked"};

/// One head with all inputs and outputs.
template <class T>
struct Example {
  Matrix<T> gQ, gK, V, R, Y, dY, dgQ, dgK, dV, dR;
  Vector<T> S, dS;
  T epsilon{0};

  Example(Index C, Index d, Index M) {
    const Random random(7);
    std::uint64_t place = 0;
    auto fill = [&](auto& matrix, double shift) {
      for (Index i = 0; i < matrix.size(); ++i) {
        matrix.data()[i] = static_cast<T>(random.uniform(place++) + shift);
      }
    };
    gQ.resize(C, M), gK.resize(C, M), V.resize(C, d), R.resize(d, M), S.resize(M);
    dY.resize(C, d), dR.resize(d, M), dS.resize(M);
    fill(gQ, 0.1), fill(gK, 0.1), fill(S, 0.1);
    fill(V, -0.5), fill(R, -0.5), fill(dY, -0.5), fill(dR, -0.5), fill(dS, -0.5);
    Y.setZero(C, d), dgQ.setZero(C, M), dgK.setZero(C, M), dV.setZero(C, d);
  }
  [[nodiscard]] HeadSlice<T> head() const {
    return {.gQ = read(gQ),
            .gK = read(gK),
            .V = read(V),
            .R = {R.data(), R.rows(), R.cols()},
            .S = {S.data(), S.size()},
            .epsilon = epsilon};
  }
  void run(const std::string& kind) {
    const auto sums = make_prefix_sum<T>(kind);
    const typename PrefixSum<T>::Sizes sizes{V.rows(), V.cols(), gK.cols()};
    std::vector<T> kept(static_cast<std::size_t>(sums->kept(sizes)));
    std::vector<T> scratch(static_cast<std::size_t>(sums->scratch(sizes)));
    sums->forward(head(), write(Y), kept, scratch);
    sums->pull_back(head(),
                    {.Y = read(Y),
                     .dY = write(dY),
                     .dgQ = write(dgQ),
                     .dgK = write(dgK),
                     .dV = write(dV),
                     .dR = {dR.data(), dR.rows(), dR.cols()},
                     .dS = {dS.data(), dS.size()}},
                    kept, scratch);
  }

 private:
  static StridedView<const T> read(const Matrix<T>& m) {
    return {m.data(), m.rows(), m.cols(), Eigen::OuterStride<>(m.cols())};
  }
  static StridedView<T> write(Matrix<T>& m) {
    return {m.data(), m.rows(), m.cols(), Eigen::OuterStride<>(m.cols())};
  }
};

/// Φ = ⟨dY, Y⟩ + ⟨dR, R_end⟩ + ⟨dS, S_end⟩ from the definition, a double sum over rows l' ≤ l.
Digits50 potential(const Example<Digits50>& e, const Matrix<Digits50>& dY) {
  Digits50 phi = 0;
  for (Index l = 0; l < e.V.rows(); ++l) {
    Matrix<Digits50> R = e.R;
    Vector<Digits50> S = e.S;
    for (Index k = 0; k <= l; ++k) {
      R += e.V.row(k).transpose() * e.gK.row(k);
      S += e.gK.row(k).transpose();
    }
    const Digits50 D = S.dot(e.gQ.row(l)) + e.epsilon;
    for (Index i = 0; i < e.V.cols(); ++i) phi += dY(l, i) * R.row(i).dot(e.gQ.row(l)) / D;
    if (l + 1 < e.V.rows()) continue;
    phi += e.dR.cwiseProduct(R).sum() + e.dS.dot(S);
  }
  return phi;
}

class EveryPrefixSum : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(, EveryPrefixSum, testing::ValuesIn(all_kinds), [](const auto& instance) {
  std::string name = instance.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST_P(EveryPrefixSum, AgreesWithAnExampleComputedByHand) {
  // One feature: R_1 = 1 + 2·3 = 7, S_1 = 1 + 2 = 3, Y_1 = 7/3; R_2 = 7 + 1·5 = 12, S_2 = 4, Y_2
  // = 3.
  Example<double> e(2, 1, 1);
  e.gQ << 1, 2;
  e.gK << 2, 1;
  e.V << 3, 5;
  e.R << 1;
  e.S << 1;
  e.run(GetParam());
  EXPECT_NEAR(e.Y(0, 0), 7.0 / 3.0, 1e-15);
  EXPECT_NEAR(e.Y(1, 0), 3.0, 1e-15);
}

TEST_P(EveryPrefixSum, PullbackAgreesWithFiniteDifferencesOfTheDefinition) {
  for (const Index C : {1, 2, 5}) {
    Example<Digits50> e(C, 2, 3);
    const Example<Digits50> before = e;
    e.run(GetParam());
    Example<Digits50> moved = before;
    // A central difference, whose error is step² times a third derivative.
    auto expect_slopes = [&](Matrix<Digits50>& inputs, const Matrix<Digits50>& got) {
      for (Index i = 0; i < inputs.size(); ++i) {
        const Digits50 step(1e-17);
        const Digits50 at = inputs.data()[i];
        inputs.data()[i] = at + step;
        const Digits50 above = potential(moved, before.dY);
        inputs.data()[i] = at - step;
        const Digits50 below = potential(moved, before.dY);
        inputs.data()[i] = at;
        EXPECT_LE(abs(Digits50((above - below) / (2 * step) - got.data()[i])), Digits50(1e-30));
      }
    };
    expect_slopes(moved.gQ, e.dgQ);
    expect_slopes(moved.gK, e.dgK);
    expect_slopes(moved.V, e.dV);
    expect_slopes(moved.R, e.dR);
  }
}

TEST_P(EveryPrefixSum, AgreesWithIterativeAcrossBlocks) {
  for (const Index C : {63, 64, 65, 130}) {
    Example<Digits50> one(C, 3, 2);
    Example<Digits50> other(C, 3, 2);
    one.run("iterative");
    other.run(GetParam());
    const Digits50 bound(1e-44);
    EXPECT_TRUE(((one.Y - other.Y).array().abs() <= bound).all());
    EXPECT_TRUE(((one.dgQ - other.dgQ).array().abs() <= bound).all());
    EXPECT_TRUE(((one.dgK - other.dgK).array().abs() <= bound).all());
    EXPECT_TRUE(((one.dV - other.dV).array().abs() <= bound).all());
    EXPECT_TRUE(((one.dR - other.dR).array().abs() <= bound).all());
    EXPECT_TRUE(((one.dS - other.dS).array().abs() <= bound).all());
  }
}

TEST(PrefixSum, RefusesAnUnknownNameAndListsTheKnownOnes) {
  try {
    make_prefix_sum<float>("cumulative");
    FAIL() << "the name was accepted";
  } catch (const ContractError& error) {
    EXPECT_NE(std::string(error.what()).find("iterative-subtracting"), std::string::npos);
  }
}

}  // namespace
}  // namespace slim::chunked
