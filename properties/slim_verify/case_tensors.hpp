#pragma once

#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"

#include <string>
#include <vector>

namespace slim::properties {

/// What of a stored case an answer was compared with.
struct Compared {
  std::string with;  ///< "expected", "reference in 50 digits", or a law's name
  bool loss = false;
  bool logits = false;
  int gradients = 0;
  int gradients_in_all = 0;            ///< the model's parameters; 0: a law compared
  std::vector<std::string> missing{};  ///< parameters without an expected gradient

  [[nodiscard]] bool nothing() const {
    return gradients_in_all > 0 && !loss && !logits && gradients == 0;
  }
};

/// All of a case without a law: what the file expects, or where it expects nothing all of it.
Compared compared_tensors(const GradientCase& c, const ExpectedGradient& expected);

/// "compared: loss, logits, 27 of 28 gradients (without layers.0.U_map.bias)".
std::string in_words(const Compared& compared);

/// Refuses a tensor that no part of a replay would look at: one of an unknown name, whatever it
/// begins with, and one that is expected where a law computes what is right. Throws ContractError
/// that names the tensor and, of an unknown name, the closest known one.
void require_known_tensors(const CaseFile& file);

}  // namespace slim::properties
