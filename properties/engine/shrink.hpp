// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties {

/// The smallest case found on which a subject breaks a law.
struct Counterexample {
  std::string law;
  std::string subject;
  Scalar scalar = Scalar::digits50;
  int case_number = 0;
  std::string drawn;       ///< the drawn description, in one line
  std::string readable;    ///< the shrunk description
  bool sliced = true;      ///< whether the subject uses slice lengths
  int shrinks = 0;         ///< number of steps from one to the other
  Finding finding;         ///< on the shrunk case
  Discrepancy on_drawn{};  ///< the largest error on the drawn case
  CaseFile file;           ///< its metadata law, subject and dtype replay exactly this check
};

/// Replaces the case by its first smaller one that shows the same fault (is_same_fault() as the
/// drawn case), until there is none, or 400 have been tried, or 6 have hung. Deterministic.
Counterexample shrunk(const Law& law, const Subject& subject, Scalar scalar,
                      std::unique_ptr<Draw> draw);
/// The case itself with its finding; the subject does not run again.
Counterexample unshrunk(const Law& law, const Subject& subject, Scalar scalar, const Draw& draw,
                        const Finding& finding);

/// One check; an exception of the subject becomes a finding.
Finding check_safely(Trial& trial, const Subject& subject, Scalar scalar);

}  // namespace slim::properties
