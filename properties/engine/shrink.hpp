#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties {

/// The smallest case found on which a subject breaks a law.
struct Counterexample {
  std::string law;
  std::string subject;
  Scalar scalar = Scalar::digits50;
  int case_number = 0;
  std::string drawn;     ///< the description that was drawn, in one line
  std::string readable;  ///< the one it was shrunk to
  bool sliced = true;    ///< the subject looks at slice lengths
  int shrinks = 0;       ///< steps from the one to the other
  Finding finding;       ///< on the shrunk case
  CaseFile file;         ///< with metadata law, subject, dtype: what replays exactly this check
};

/// Walks down the tree of smaller cases: the first smaller one that is wrong too is the next step,
/// until none is, or 400 have been tried, or 6 have hung. Deterministic.
Counterexample shrunk(const Law& law, const Subject& subject, Scalar scalar,
                      std::unique_ptr<Draw> draw);
/// The case itself, and what was found on it; the subject is not asked again.
Counterexample unshrunk(const Law& law, const Subject& subject, Scalar scalar, const Draw& draw,
                        const Finding& finding);

/// One check, with what the subject throws turned into a finding.
Finding check_safely(Trial& trial, const Subject& subject, Scalar scalar);

}  // namespace slim::properties
