// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/laws/attention/attention_law.hpp"

namespace slim::properties::laws {

/// Checks, with further answers of the subject, whether subtraction explains an error within the
/// DRIFT bands. `found` is the law's finding on `c`, by `judge`. Returns it, or WRONG with a note
/// if
///   - the law is also broken on the rows up to the worst one alone. There nothing is subtracted
///     for that row, so its band does not allow drift;
///   - `scalar` is float32 or float64, and the error is not proportional to the unit roundoff: in
///     the other one of the two its fraction of the band is below 1/16 of the fraction here, in
///     this case and in six others whose arrays are larger by up to a tenth. Rounding errors vary
///     less than that from case to case; a mistake in one scalar does not. Not checked if the
///     subject does not claim the other scalar, or the law compares fewer entries in it, since then
///     some denominator is a rounding residue.
Finding with_evidence_of_subtraction(const AttentionLawParts& parts, AttentionCase& c,
                                     const Subject& subject, Scalar scalar, Finding found,
                                     const AttentionJudge& judge);

}  // namespace slim::properties::laws
