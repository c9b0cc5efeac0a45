// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/diagnosis/fault_description.hpp"
#include "properties/diagnosis/narrow_precision.hpp"
#include "properties/diagnosis/topic.hpp"
#include "properties/engine/finding.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slim::properties {

/// How a suspect (a mutant or a convention) compares with a subject.
struct Likeness {
  std::string name;         ///< of the mutant, or a description of the convention
  std::string description;  ///< description of the mutant's fault; empty for a convention
  std::string seen;         ///< typical cause of the fault; likewise
  /// The largest difference between the subject and the suspect on the failing case; error ≤ bound.
  Discrepancy on_the_case;
  int further = 0;     ///< number of other cases on which both were compared
  int shown = 0;       ///< number of these on which the suspect breaks the law
  int by_pattern = 0;  ///< arrays that change from call to call in both, so values cannot match
  bool in_a_model = false;  ///< a mutant of attention, used in all heads of a whole model
  std::string also_in;      ///< "float32": further cases were compared in this scalar, too
  std::string unlike;       ///< the first other case on which they differ; empty: none
  int parted_in = -1;       ///< its index in the probe set; -1 also if it is in another scalar

  /// Only the forward results were compared, in which the suspect differs from the reference;
  /// `on_the_case` and the other members then describe these results alone.
  bool in_forward_alone = false;
  /// Then: the subject's difference from the reference in the forward results, or in all results
  /// if the forward results are right on the failing case.
  Discrepancy from_reference{};
  int slopes = 0;          ///< pullbacks that were compared with finite differences of the suspect
  std::string no_slope{};  ///< the first case in which a pullback is not that derivative

  static constexpr int least_slopes = 4;
  /// The subject's pullback is the derivative of the suspect's forward pass.
  [[nodiscard]] bool has_derivative_of_forward() const {
    return in_forward_alone && no_slope.empty() && slopes >= least_slopes;
  }

  /// All values match on every case, and the fault also shows on a case other than the failing one.
  [[nodiscard]] bool is_confident() const { return unlike.empty() && by_pattern == 0 && shown > 0; }
};

/// The known faults and conventions that a failing subject matches.
struct Diagnosis {
  Topic topic = Topic::attention;  ///< the kind of results that were compared
  int mutants = 0;                 ///< number of mutants that could be compared
  int conventions = 0;             ///< number of conventions, likewise
  /// The subject's largest difference from the reference on the failing case, in the same units of
  /// rounding.
  Discrepancy from_reference;
  /// Mutants that match on every case; if several, no case distinguishes them. If none matches:
  /// mutants whose forward pass matches, and of which the subject's pullback is the derivative.
  std::vector<Likeness> like;
  std::vector<Likeness> fits;  ///< conventions, likewise
  /// Match on the failing case, but further cases refuted them: not in words.
  std::vector<Likeness> only_here;
  /// If nothing else matches: mutants whose forward pass matches, whatever the pullback.
  std::vector<Likeness> forward_like;
  /// The only mutant that matches; else empty.
  [[nodiscard]] std::string named() const {
    return like.size() == 1 && like.front().is_confident() ? like.front().name : std::string();
  }
  /// The declared convention breaks the law, and the subject does what it declares.
  [[nodiscard]] bool declared_so() const {
    return !breaking_conventions.empty() && from_reference.error <= from_reference.bound;
  }
  /// The conventions of the case if the reference breaks the law under them, too; else empty.
  std::string breaking_conventions;
  /// The subject broke the law again when the case was repeated; else its answers depend on more
  /// than its inputs.
  bool failed_again = true;
  NarrowPrecision precision;     ///< the rounding that explains all failures
  FaultDescription description;  ///< if nothing matches: facts about the fault
  /// If no mutant matches: how its answers depend on earlier calls, and on which case; else empty.
  std::string earlier_calls;
  bool is_by_chance = false;  ///< they change although all calls are the same
  /// The mutants whose answers depend on earlier calls in the same way.
  std::vector<Likeness> like_in_that;
  /// The names of what it matches, as failure_groups() compares them; empty if no known fault or
  /// convention matches.
  [[nodiscard]] std::string names() const;
  /// Of a model of its own architecture: the description by pattern, and nothing else.
  std::vector<std::string> by_pattern;
};

/// "behaves like: mutant/name (description)", then the evidence in a few lines; none if nothing
/// could be compared. Where several suspects match, each has a line that begins with further_name.
std::vector<std::string> in_words(const Diagnosis& diagnosis);
inline constexpr std::string_view further_name = "  ";

}  // namespace slim::properties
