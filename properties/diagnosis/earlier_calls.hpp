// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/diagnosis/resemblance.hpp"

#include <string_view>

namespace slim::properties {

/// How results depend on more than the inputs.
enum class Recollection {
  none,
  stale,     ///< other inputs at the same addresses get the first result
  carried,   ///< the same inputs get another result after a call with other inputs, reproducibly
  changing,  ///< the same inputs get different results, whatever the calls before
};

/// A predicate about the subject: "returns …".
std::string_view in_words(Recollection recollection);

/// Judges the answers that were recorded while calls-independent or gradient-calls-independent was
/// checked: to one task, another one at the same addresses, and the first again (attention: twice,
/// and then the other one alone). Answers count as equal within `error_scale`, which is made from
/// the reference's answers.
Recollection recollection_of(const RecordedAnswers& subject, const RecordedAnswers& reference,
                             const ErrorScale& error_scale);

}  // namespace slim::properties
