// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/tensor_error.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <limits>
#include <span>

namespace slim::experiments {
namespace {

Digits50 largest_in(std::span<const Digits50> values) {
  Digits50 largest = 0;
  for (const Digits50& x : values) largest = std::max(largest, Digits50(abs(x)));
  return largest;
}

}  // namespace

TensorError tensor_error(const Parameters<Digits50>& value, const Parameters<Digits50>& truth) {
  constexpr double share_of_zero = 1e-12;
  require(value.slots() == truth.slots(), "the gradient has other tensors than the model");
  const Digits50 largest = largest_in(truth.values());
  TensorError worst;
  for (const ParameterSlot& slot : truth.slots()) {
    const std::span<const Digits50> right = truth.values(slot);
    const std::span<const Digits50> given = value.values(slot);
    Digits50 scale = largest_in(right);
    if (scale <= share_of_zero * largest) {
      worst.zero += (worst.zero.empty() ? "" : ", ") + slot.name;
      scale = largest;
    }
    Digits50 error = 0;
    for (std::size_t i = 0; i < right.size(); ++i) {
      const Digits50 off = abs(Digits50(given[i] - right[i]));
      if (!isfinite(off)) {
        return {.relative = std::numeric_limits<double>::quiet_NaN(), .tensor = slot.name};
      }
      error = std::max(error, off);
    }
    const double relative = error == 0 ? 0.0 : to_double(Digits50(error / scale));
    if (relative > worst.relative || worst.tensor.empty()) {
      worst.relative = relative;
      worst.tensor = slot.name;
    }
  }
  return worst;
}

}  // namespace slim::experiments
