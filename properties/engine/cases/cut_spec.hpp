// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/gradient_spec.hpp"

#include <rapidcheck/Gen.h>

namespace slim::properties {

/// A gradient case of at least two targets, and where to cut it: 1 ≤ cut < L.
struct CutSpec {
  GradientSpec whole;
  Index cut = 1;
  Index first_position = 0;  ///< of the whole case, which may be a segment of a longer sequence

  bool operator==(const CutSpec&) const = default;
};

std::string readable(const CutSpec& spec);
/// Where a case begins. `anywhere`: five of the 20 stratified sizes begin at 257 to 70001, where
/// positions in half precision (whole numbers to 2048, largest number 65504) and bfloat16 (whole
/// numbers to 256) go wrong.
enum class Begins { at_zero, anywhere };
/// As gradient_specs, with L ≥ 2, cut at a slice edge or anywhere.
rc::Gen<CutSpec> cut_specs(Begins begins = Begins::at_zero);

/// Targets `begin` to `end` of every sequence, with the token before them. Requires no padding.
GradientCase part_of(const GradientCase& c, Index begin, Index end);

/// Reads metadata `cut`. Throws ContractError unless 1 ≤ cut < L.
Index cut_of(const CaseFile& file, const GradientCase& c);
/// Reads metadata `first_position`, 0 if there is none. Throws ContractError if it is negative or
/// above 2^40.
Index first_position_of(const CaseFile& file);

}  // namespace slim::properties
