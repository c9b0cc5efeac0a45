// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/gradient_spec.hpp"
#include "properties/own_model/own_subject.hpp"

#include <rapidcheck/Gen.h>

namespace slim::properties::own_model {

/// A case of a model of its own architecture in a few small numbers.
struct OwnSpec {
  Index length = 1;        ///< L
  Index slice_length = 1;  ///< C
  Index batch = 1;         ///< B
  MaskKind mask = MaskKind::none;
  int moved = 1;  ///< how far parameters are from their initial values: 0 (not at all) to 3
  std::uint64_t seed = 0;  ///< of parameters, tokens, mask and directions

  bool operator==(const OwnSpec&) const = default;
};
/// "L=5 C=2 B=1 mask=none moved=1 seed=7"
std::string readable(const OwnSpec& spec);

/// Parameters are the subject's initial values plus normal numbers, whose standard deviation is
/// 0, 0.03, 0.1 or 0.3 of the tensor's root mean square (of 0.3, if it is 0). They are rounded to
/// float32, so that they are the same in every scalar.
struct OwnCase {
  OwnSequences sequences;
  Values parameters;
  Index slice_length = 1;
  std::uint64_t seed = 0;

  [[nodiscard]] Request request(Index slices_of) const {
    return {
        .sequences = sequences, .copies = {&parameters}, .slice_length = slices_of, .seed = seed};
  }
};

OwnCase materialise(OwnSubject& subject, const OwnSpec& spec);
/// Root mean square of a tensor's entries; 0.3 if they are all 0.
double size_of_entries(const std::vector<double>& values);

CaseFile to_file(const OwnSubject& subject, const OwnCase& c);
/// Throws ContractError if the file is not a case of this subject.
OwnCase from_file(const OwnSubject& subject, const CaseFile& file);

rc::Shrinkable<OwnSpec> shrinkable_own(const OwnSpec& spec);
/// Short sequences, masks and seeds within the subject's claims, with smaller ones to shrink to.
rc::Gen<OwnSpec> own_specs(const foreign::OwnModel& declared);

}  // namespace slim::properties::own_model
