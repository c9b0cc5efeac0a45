#pragma once

#include "properties/cases/gradient_spec.hpp"

#include <rapidcheck/Gen.h>

namespace slim::properties {

/// A gradient case of at least two targets, and a place to cut it: 1 ≤ cut < L.
struct CutSpec {
  GradientSpec whole;
  Index cut = 1;

  bool operator==(const CutSpec&) const = default;
};

std::string readable(const CutSpec& spec);
/// As gradient_specs, with L ≥ 2; the cut falls on a slice's edge or anywhere.
rc::Gen<CutSpec> cut_specs();

/// Reads metadata `cut`. Throws ContractError unless 1 ≤ cut < L.
Index cut_of(const CaseFile& file, const GradientCase& c);

}  // namespace slim::properties
