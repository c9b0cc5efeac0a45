// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/model/model.hpp"
#include "reference/vocabulary/model/sequences.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

namespace slim::chunked {

/// Throws ContractError for parts of whole models that only the reference has.
inline void require_supported(const Model& model, const Sequences& sequences) {
  require(!model.learns_positions(),
          "chunked gradients have no learned positions: position_rows must be 0");
  require(!sequences.has_padding(),
          "chunked gradients take no padded sequences: leave padding out, or pad on the right and "
          "mask its targets");
}

}  // namespace slim::chunked
