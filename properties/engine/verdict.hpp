// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/finding.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <map>
#include <string>

namespace slim::properties {

/// Outcomes of the cases of one law for one subject in one scalar. Every case is counted once:
/// executed + skipped + not_run = cases.
struct Tally {
  int cases = 0;  ///< as planned, not as counted
  int passed = 0;
  int suspect = 0;
  int drift = 0;
  int wrong = 0;
  std::map<std::string, int> skipped;  ///< by reason
  int unclaimed = 0;                   ///< skipped because the subject does not claim the case
  int not_run = 0;                     ///< after the first wrong case or a hang
  int redrawn = 0;                     ///< draws rejected because they could not be judged
  Discrepancy worst;
  std::vector<JudgedTensor> judged{};  ///< comparisons with the truth, over all cases
  Failure failure = Failure::wrong;    ///< in which way the wrong case failed, if there is one
  std::string note{};                  ///< of the first wrong case; may be empty

  [[nodiscard]] int executed() const { return passed + suspect + drift + wrong; }
  [[nodiscard]] int skipped_in_all() const;
  void add(const Finding& finding);
};

/// The verdict on one (law, subject, scalar).
struct Verdict {
  std::string law;
  std::string subject;
  Scalar scalar = Scalar::digits50;
  Tally tally;
  bool judges_answers = true;  ///< as the law does
  /// The subject computes in types coarser than float32: then many tensors cannot be judged.
  bool is_narrow = false;
  double seconds = 0.0;  ///< drawing, running, judging; the truth where it is first needed

  /// Whether the subject claims nothing of what the law checks in this scalar.
  [[nodiscard]] bool unclaimed() const;
  /// Whether no case is wrong, and at least one was executed unless `unclaimed`.
  [[nodiscard]] bool holds() const;
};

/// Throws std::logic_error unless every case is counted exactly once.
void require_accounted(const Tally& tally);

}  // namespace slim::properties
