#pragma once

#include "properties/diagnosis/resemblance.hpp"

#include <string_view>

namespace slim::properties {

/// How answers depend on more than the question.
enum class Recollection {
  none,
  stale,     ///< another question at the same addresses gets the answer to the first
  carried,   ///< the same question gets another answer after another question, and does so again
  changing,  ///< the same question gets other answers, whatever was asked before
};

/// In a sentence about the subject.
std::string_view in_words(Recollection recollection);

/// What the answers show that were given while calls-independent, or gradient-calls-independent,
/// was checked: to a question, another one at the same place, the first again (of attention twice,
/// and then the other one alone). To within the yardstick, which the reference's answers make.
Recollection recollection_of(const Interview& subject, const Interview& reference,
                             const Yardstick& yardstick);

}  // namespace slim::properties
