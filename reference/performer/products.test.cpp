// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/products.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

template <class T>
Matrix<T> matrix(std::initializer_list<std::initializer_list<double>> rows) {
  Matrix<T> result(static_cast<Index>(rows.size()), static_cast<Index>(rows.begin()->size()));
  Index i = 0;
  for (const auto& row : rows) {
    Index j = 0;
    for (const double x : row) result(i, j++) = T(x);
    ++i;
  }
  return result;
}

template <class T>
class Products : public testing::Test {};
using Scalars = testing::Types<float, double, Digits50, Counted>;
TYPED_TEST_SUITE(Products, Scalars);

TYPED_TEST(Products, MultiplyMatrices) {
  const auto A = matrix<TypeParam>({{1, 2, 3}, {4, 5, 6}});
  const auto B = matrix<TypeParam>({{1, -1}, {0, 2}, {3, 0}});
  EXPECT_TRUE(product(A, B) == matrix<TypeParam>({{10, 3}, {22, 6}}));
  EXPECT_TRUE(product(B.transpose(), A.transpose()) == matrix<TypeParam>({{10, 22}, {3, 6}}));
}

TYPED_TEST(Products, SumNoTermsToZero) {
  EXPECT_TRUE(sum<TypeParam>(0, [](Index) { return TypeParam(1); }) == TypeParam(0));
  EXPECT_TRUE(sum<TypeParam>(5, [](Index i) { return TypeParam(static_cast<double>(i)); }) ==
              TypeParam(10));
}

TEST(CountedProducts, CountOneMultiplicationPerTermAndOneAdditionLess) {
  const auto A = matrix<Counted>({{1, 2, 3}, {4, 5, 6}});
  const auto B = matrix<Counted>({{1, -1}, {0, 2}, {3, 0}});
  Counted::operations() = {};
  product(A, B);
  EXPECT_EQ(Counted::operations().multiplications, 12);
  EXPECT_EQ(Counted::operations().additions, 8);
  EXPECT_EQ(Counted::operations().divisions, 0);
}

}  // namespace
}  // namespace slim::reference
