#pragma once

#include "reference/vocabulary/task/subject.hpp"

#include <span>
#include <string>
#include <vector>

namespace slim::properties {

/// One thing that a subject declares and that changes what it is compared with.
struct UnusualDeclaration {
  std::string name;   ///< "attention.epsilon", "gradient.loss_epsilon", "subtracting"
  std::string value;  ///< as JSON: "0.001", "\"feature\"", "true"
  std::string words;  ///< "attention epsilon 0.001, usually 1e-16"
};

/// Conventions other than the paper's, of the tasks that the subject offers, and capabilities that
/// excuse it: `subtracting`, and not being deterministic. Cancellation of GeLU and elu+1 of 1, the
/// default of a third-party implementation, is usual.
std::vector<UnusualDeclaration> unusual_declarations(const Subject& subject);

/// "declares: attention epsilon 0.001, usually 1e-16; subtracting, so that DRIFT is no failure",
/// for each subject of which something is unusual. Of several, conventions alone, with their names.
std::vector<std::string> unusual_declarations_in_words(std::span<const Subject* const> subjects);

}  // namespace slim::properties
