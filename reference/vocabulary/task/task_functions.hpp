// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/scalar.hpp"

#include <functional>
#include <tuple>

namespace slim {

/// One value for each scalar that a subject may support.
template <template <class> class Of>
using EachScalar =
    std::tuple<Of<float>, Of<double>, Of<Digits50>, Of<Counted>, Of<Float16>, Of<BFloat16>>;

/// A task as functions, one for each scalar; an empty function means that the scalar is not
/// supported.
template <template <class> class Task, template <class> class Result>
class TaskFunctions {
 public:
  template <class T>
  using Function = std::function<void(const Task<T>&, Result<T>&)>;

  template <class T>
  Function<T>& in() {
    return std::get<Function<T>>(functions_);
  }
  template <class T>
  const Function<T>& in() const {
    return std::get<Function<T>>(functions_);
  }
  [[nodiscard]] bool offers(Scalar scalar) const {
    switch (scalar) {
      case Scalar::float32:
        return static_cast<bool>(in<float>());
      case Scalar::float64:
        return static_cast<bool>(in<double>());
      case Scalar::digits50:
        return static_cast<bool>(in<Digits50>());
      case Scalar::float16:
        return static_cast<bool>(in<Float16>());
      case Scalar::bfloat16:
        return static_cast<bool>(in<BFloat16>());
    }
    return false;
  }
  [[nodiscard]] bool offers_any() const {
    return offers(Scalar::float32) || offers(Scalar::float64) || offers(Scalar::digits50) ||
           offers(Scalar::float16) || offers(Scalar::bfloat16);
  }

 private:
  EachScalar<Function> functions_;
};

}  // namespace slim
