// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

namespace slim::chunked {

/// Whether a BLAS library computes large products of hardware scalars, chosen when the project is
/// configured (chunked/products.cmake). Otherwise Eigen computes all.
#ifdef SLIM_BLAS_ROWS
inline constexpr bool has_blas = true;
inline constexpr Index blas_rows = SLIM_BLAS_ROWS;      ///< of the output, at least
inline constexpr Index blas_volume = SLIM_BLAS_VOLUME;  ///< multiply-adds, at least
#else
inline constexpr bool has_blas = false;
inline constexpr Index blas_rows = 0;
inline constexpr Index blas_volume = 0;
#endif

/// A factor of a product, stored row by row: the matrix itself, or its transpose.
template <class T>
struct BlasFactor {
  const T* data;
  Index stride;  ///< between stored rows
  bool transposed;
};

/// C = A B + β C, by the library on the calling thread. Shapes: A [m, n], B [n, p], C [m, p].
template <class T>
struct BlasProduct {
  Index m, n, p;
  BlasFactor<T> a, b;
  T beta;
  T* c;
  Index c_stride;
};
void compute(const BlasProduct<float>& product);
void compute(const BlasProduct<double>& product);

}  // namespace slim::chunked
