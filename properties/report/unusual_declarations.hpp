// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/subject.hpp"

#include <span>
#include <string>
#include <vector>

namespace slim::properties {

/// A declaration of a subject that changes what it is compared with.
struct UnusualDeclaration {
  std::string name;   ///< "attention.epsilon", "gradient.loss_epsilon", "subtracting"
  std::string value;  ///< as JSON: "0.001", "\"feature\"", "true"
  std::string words;  ///< "attention epsilon 0.001, usually 1e-16"
};

/// Conventions that differ from the paper's, for the tasks that the subject offers, and
/// capabilities that excuse errors: `subtracting`, and not being deterministic. gelu_cancellation
/// and elu_cancellation of 1, the defaults for third-party implementations, are usual.
std::vector<UnusualDeclaration> unusual_declarations(const Subject& subject);

/// "declares: attention epsilon 0.001, usually 1e-16; subtracting, so DRIFT is not a failure", for
/// each subject with an unusual declaration. For several subjects, only their conventions, each
/// line with the subject's name.
std::vector<std::string> unusual_declarations_in_words(std::span<const Subject* const> subjects);

}  // namespace slim::properties
