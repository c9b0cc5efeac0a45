// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/earlier_calls.hpp"

#include <algorithm>

namespace slim::properties {
namespace {

/// Indices of the answers.
constexpr std::size_t at_first = 0;
constexpr std::size_t at_between = 1;  ///< to other inputs
constexpr std::size_t at_again = 2;
constexpr std::size_t at_once_more = 3;      ///< attention only
constexpr std::size_t at_between_alone = 4;  ///< attention only

}  // namespace

std::string_view in_words(Recollection recollection) {
  switch (recollection) {
    case Recollection::none:
      return "returns results that depend on its inputs alone";
    case Recollection::stale:
      return "returns the result of an earlier call for other inputs at the same addresses";
    case Recollection::carried:
      return "returns another result for the same inputs after a call with other inputs";
    case Recollection::changing:
      return "returns different results for the same inputs from call to call";
  }
  return {};
}

Recollection recollection_of(const RecordedAnswers& subject, const RecordedAnswers& reference,
                             const ErrorScale& error_scale) {
  const std::size_t answers = subject.answers.size();
  if (answers <= at_again || reference.answers.size() < answers) return Recollection::none;
  const auto differ = [&](const Answered& one, const Answered& other) {
    const Discrepancy apart = error_scale.apart(at_first, one, other);
    return !(apart.error <= apart.bound);
  };
  const std::vector<Answered>& given = subject.answers;
  const bool has_all = answers > at_between_alone;
  const bool differs_alone = has_all && differ(given[at_between], given[at_between_alone]);
  if (differs_alone && !differ(given[at_between], given[at_first]) &&
      differ(reference.answers[at_between], reference.answers[at_first])) {
    return Recollection::stale;
  }
  const bool depends = differs_alone || differ(given[at_again], given[at_first]) ||
                       (has_all && differ(given[at_once_more], given[at_again]));
  if (!depends) return Recollection::none;
  const bool does_so_again =
      subject.before.size() == answers && !differ(subject.before[at_again], given[at_again]) &&
      (!has_all || !differ(subject.before[at_once_more], given[at_once_more]));
  return does_so_again ? Recollection::carried : Recollection::changing;
}

}  // namespace slim::properties
