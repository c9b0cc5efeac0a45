#pragma once

#include "properties/engine/finding.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <map>
#include <string>

namespace slim::properties {

/// What became of the cases that one subject faced in one law and one scalar. Every case is in
/// exactly one count: executed + skipped + not_run = cases.
struct Tally {
  int cases = 0;  ///< as planned, not as counted
  int passed = 0;
  int suspect = 0;
  int drift = 0;
  int wrong = 0;
  std::map<std::string, int> skipped;  ///< by reason
  int unclaimed = 0;                   ///< of the skipped: the subject claims nothing there
  int not_run = 0;                     ///< after the first wrong case
  int drawn_again = 0;                 ///< draws put back because their truth hangs on a rounding
  Discrepancy worst;
  std::vector<JudgedTensor> judged{};  ///< compared with the truth, of all cases
  Failure failure = Failure::wrong;    ///< in which way, where a case is wrong
  std::string note{};                  ///< of the first wrong case: what it did, where that is said

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
  double seconds = 0.0;        ///< of asking and judging; whoever is asked first pays for the truth

  /// The subject claims nothing of what the law asks in this scalar: no case was owed.
  [[nodiscard]] bool unclaimed() const;
  /// No case wrong, and at least one executed where any was owed.
  [[nodiscard]] bool holds() const;
};

/// Throws std::logic_error unless every case is in exactly one count.
void require_accounted(const Tally& tally);

}  // namespace slim::properties
