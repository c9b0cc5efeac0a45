// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <string>

namespace slim::experiments {

/// The largest error of an entry, relative to the largest entry of its tensor, over all tensors.
struct TensorError {
  double relative = 0.0;    ///< NaN when an entry is not finite
  std::string tensor = {};  ///< the tensor with this error
  std::string zero = {};    ///< names of the tensors that are zero, separated by commas
};

/// max over tensors of max |value − truth| / max |truth|. A tensor whose entries are all below
/// 1e-12 of the largest entry of all tensors counts as zero; its errors are relative to that entry.
/// Requires tensors of the same sizes; otherwise throws ContractError.
TensorError tensor_error(const Parameters<Digits50>& value, const Parameters<Digits50>& truth);

}  // namespace slim::experiments
