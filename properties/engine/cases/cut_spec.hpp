#pragma once

#include "properties/engine/cases/gradient_spec.hpp"

#include <rapidcheck/Gen.h>

namespace slim::properties {

/// A gradient case of at least two targets, and a place to cut it: 1 ≤ cut < L.
struct CutSpec {
  GradientSpec whole;
  Index cut = 1;
  Index first_position = 0;  ///< of the whole, which may be a segment of something longer

  bool operator==(const CutSpec&) const = default;
};

std::string readable(const CutSpec& spec);
/// Where a whole begins: `anywhere` deals five of the 20 sizes positions at which half precision
/// (whole numbers to 2048, nothing beyond 65504) and bfloat16 (to 256) go wrong, 257 to 70001.
enum class Begins { at_zero, anywhere };
/// As gradient_specs, with L ≥ 2; the cut falls on a slice's edge or anywhere.
rc::Gen<CutSpec> cut_specs(Begins begins = Begins::at_zero);

/// Reads metadata `cut`. Throws ContractError unless 1 ≤ cut < L.
Index cut_of(const CaseFile& file, const GradientCase& c);
/// Metadata `first_position`, 0 where there is none. Throws ContractError where it is absurd.
Index first_position_of(const CaseFile& file);

}  // namespace slim::properties
