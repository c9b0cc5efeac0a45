// SPDX-License-Identifier: Apache-2.0
// Run by chunked/products.cmake: the rates of products of Eigen and of a BLAS library, for each
// number of rows of a slice. Prints the least number of rows from which the library is faster for
// each larger one, too, or 0; and the library's rate in GFLOP/s, its name and its kernels.
#include <Eigen/Core>
#include <cblas.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// CPU seconds of this thread.
double seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class Product>
double time_of(const Product& product) {
  const double begin = seconds();
  product();
  return seconds() - begin;
}

int main() {
  // Y = X Wᵀ and dX = dY W: blocks of the linear maps of a model with d_model = 512, d_ff = 2048.
  constexpr Eigen::Index in = 512;
  constexpr Eigen::Index out = 256;
  constexpr int repetitions = 60;
  const Matrix W = Matrix::Random(out, in);
  Matrix V = Matrix::Random(in, out);
  int from = 0;
  double rate = 0.0;
  for (const int rows : {1024, 256, 128, 64, 32, 16}) {
    const Matrix X = Matrix::Random(rows, in);
    Matrix Y(rows, out);
    Matrix Z(rows, out);
    double eigen = 1e300;
    double blas = 1e300;
    for (int i = 0; i < repetitions; ++i) {
      eigen = std::min(eigen, time_of([&] {
                         Y.noalias() = X * W.transpose();
                         Z.noalias() = X * V;
                       }));
      blas = std::min(blas, time_of([&] {
                        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, out, in, 1.0F,
                                    X.data(), in, W.data(), in, 0.0F, Y.data(), out);
                        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, out, in, 1.0F,
                                    X.data(), in, V.data(), out, 0.0F, Z.data(), out);
                      }));
    }
    if (rows == 1024) rate = 1e-9 * 4.0 * rows * out * in / blas;
    if (blas > 0.98 * eigen) break;  // 2 %: less is noise
    from = rows;
  }
  std::string name(openblas_get_config());
  name = name.substr(0, name.find(' ', name.find(' ') + 1));  // "OpenBLAS 0.3.21"
  std::printf("%d;%.0f;%s;%s\n", from, rate, name.c_str(), openblas_get_corename());
  return 0;
}
