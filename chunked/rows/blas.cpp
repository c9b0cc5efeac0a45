// SPDX-License-Identifier: Apache-2.0
#include "chunked/rows/blas.hpp"

#include <cblas.h>
#include <dlfcn.h>

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>

namespace slim::chunked {
namespace {

/// An environment variable with a value of its own during one scope: child processes must not
/// inherit it.
class Setting {
 public:
  Setting(const char* name, const char* value) : name_(name) {
    if (const char* given = std::getenv(name)) before_ = given;
    setenv(name, value, 1);
  }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;
  ~Setting() {
    if (before_) {
      setenv(name_, before_->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

/// OpenBLAS reads its settings when it is loaded. Without a core type it selects kernels by the
/// name of the processor, and an old version takes a new processor for one without AVX. Calls from
/// several threads need the variant with threads; each call must use its own only.
void* load_with_kernels(const char* path, const char* core) {
  const Setting core_type("OPENBLAS_CORETYPE", core);
  const Setting one_thread("OPENBLAS_NUM_THREADS", "1");
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw std::runtime_error(
        std::string("cannot load the BLAS library chosen at configure time: ") + dlerror());
  }
  return library;
}

template <class Function>
Function* function_of(void* library, const char* name) {
  void* address = dlsym(library, name);
  if (address == nullptr) throw std::runtime_error(dlerror());
  return reinterpret_cast<Function*>(address);
}

/// Loaded before main(), while there is one thread.
void* const library = load_with_kernels(SLIM_BLAS_LIBRARY, SLIM_BLAS_CORE);
const auto sgemm = function_of<decltype(cblas_sgemm)>(library, "cblas_sgemm");
const auto dgemm = function_of<decltype(cblas_dgemm)>(library, "cblas_dgemm");

template <class T, class Gemm>
void compute_by(const Gemm& gemm, const BlasProduct<T>& x) {
  auto size = [](Index n) { return static_cast<blasint>(n); };
  auto form = [](const BlasFactor<T>& factor) {
    return factor.transposed ? CblasTrans : CblasNoTrans;
  };
  gemm(CblasRowMajor, form(x.a), form(x.b), size(x.m), size(x.p), size(x.n), T(1), x.a.data,
       size(x.a.stride), x.b.data, size(x.b.stride), x.beta, x.c, size(x.c_stride));
}

}  // namespace

void compute(const BlasProduct<float>& product) {
  compute_by(sgemm, product);
}

void compute(const BlasProduct<double>& product) {
  compute_by(dgemm, product);
}

}  // namespace slim::chunked
