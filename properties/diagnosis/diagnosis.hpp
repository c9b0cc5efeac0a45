#pragma once

#include "properties/diagnosis/topic.hpp"
#include "properties/engine/finding.hpp"

#include <string>
#include <vector>

namespace slim::properties {

/// How a suspect compares with a subject.
struct Likeness {
  std::string name;   ///< of the mutant, or the convention in words
  std::string story;  ///< of the mutant
  std::string seen;
  /// Where the subject stands worst against the suspect on the failing case; error ≤ bound.
  Discrepancy on_the_case;
  int further = 0;     ///< other cases in which both were asked
  int shown = 0;       ///< of these: the suspect breaks a law there
  int by_pattern = 0;  ///< arrays that change from asking to asking in both, so that no numbers fit
  bool in_a_model = false;  ///< a mutant of attention, in all heads of a whole model
  std::string also_in;      ///< "float32": further cases were asked in this other scalar, too
  std::string unlike;       ///< the first other case in which they part; empty: alike in all
  int parted_in = -1;       ///< its number in the panel; -1 also if in another scalar

  /// Compared in what is answered on the way forward, in which the suspect differs from the
  /// reference: `on_the_case` and the rest are of that alone.
  bool in_forward_alone = false;
  Discrepancy from_reference{};  ///< likewise, the subject's; of all, if that is right on the case
  int slopes = 0;  ///< pullbacks that were compared with slopes of the suspect's forward pass
  std::string no_slope{};  ///< the first case in which one is not that slope

  static constexpr int least_slopes = 4;
  /// The subject's pullback is the derivative of a forward pass that is the suspect's.
  [[nodiscard]] bool has_derivative_of_forward() const {
    return in_forward_alone && no_slope.empty() && slopes >= least_slopes;
  }

  /// Numbers fit in every case, and it shows in others than the failing one.
  [[nodiscard]] bool is_confident() const { return unlike.empty() && by_pattern == 0 && shown > 0; }
};

/// What a failing subject behaves like, as far as could be told.
struct Diagnosis {
  Topic topic = Topic::attention;  ///< by what it was compared
  int mutants = 0;                 ///< that answer the failing case at all, and were compared
  int conventions = 0;             ///< likewise
  /// Where the subject stands worst against the reference, in the same units of rounding.
  Discrepancy from_reference;
  /// Mutants, alike in every case; several: cannot be told apart. Or, where there is none, in the
  /// forward pass alone, of which the subject's pullback is the derivative.
  std::vector<Likeness> like;
  std::vector<Likeness> fits;       ///< conventions, likewise
  std::vector<Likeness> only_here;  ///< alike on the failing case, and unlike elsewhere
  /// Where nobody is alike: mutants of whose forward pass all answers are, whatever the pullback
  /// is.
  std::vector<Likeness> forward_like;
  /// The one mutant that it behaves like; else empty.
  [[nodiscard]] std::string named() const {
    return like.size() == 1 && like.front().is_confident() ? like.front().name : std::string();
  }
  /// What is declared breaks the law, and the subject does what it declares.
  [[nodiscard]] bool declared_so() const {
    return !breaking_conventions.empty() && from_reference.error <= from_reference.bound;
  }
  /// The conventions of the case, where the reference breaks the law under them, too; else empty.
  std::string breaking_conventions;
  /// Asked again, it broke the law again; else its answers depend on more than the question.
  bool failed_again = true;
  std::string precision;  ///< "float32": its errors are within those of a correct program in it
  /// Where nobody is alike: how its answers depend on the calls before, and in which case that was
  /// seen; empty if they were not seen to. Then the mutants of which the same was seen there.
  std::string earlier_calls;
  std::vector<Likeness> like_in_that;
};

/// "behaves like: mutant/name (story)", then the evidence, a few lines without indentation;
/// nothing where there was nobody to compare with.
std::vector<std::string> in_words(const Diagnosis& diagnosis);

}  // namespace slim::properties
