#pragma once

#include "properties/laws/attention/attention_law.hpp"

namespace slim::properties::laws {

/// Whether an error within the DRIFT bands is one that subtraction explains, by further answers of
/// the subject. `found` is the law's finding on `c`, by `judge`. Returns it, or WRONG with a note,
/// where
///   - the law is broken, too, on the rows up to the one that stands worst. There nothing is
///     subtracted for that row, so that its band has no room for drift;
///   - `scalar` is float32 or float64, and the error does not go with the roundoff: in the other
///     one of the two it is below 1/16 of the same part of the bands, in this case and in six
///     others whose arrays are larger by up to a tenth. Rounding differs by chance from case to
///     case, by less than that; a mistake of one scalar's own stays. Not asked where the subject
///     does not claim the other scalar, or the law does not compare as many entries in it: there
///     some denominator is a rounding residue.
Finding with_evidence_of_subtraction(const AttentionLawParts& parts, AttentionCase& c,
                                     const Subject& subject, Scalar scalar, Finding found,
                                     const AttentionJudge& judge);

}  // namespace slim::properties::laws
