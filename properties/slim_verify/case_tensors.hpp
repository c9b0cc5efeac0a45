// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"

#include <string>
#include <vector>

namespace slim::properties {

/// Which tensors of a stored case an answer was compared with.
struct Compared {
  std::string with;  ///< "expected", "reference in 50 digits", or a law's name
  bool loss = false;
  bool logits = false;
  int gradients = 0;
  int gradients_in_all = 0;            ///< number of the model's parameters; 0: a law compared
  std::vector<std::string> missing{};  ///< parameters without an expected gradient

  [[nodiscard]] bool nothing() const {
    return gradients_in_all > 0 && !loss && !logits && gradients == 0;
  }
};

/// For a case without a law: the expected tensors of the file; all tensors if it has none.
Compared compared_tensors(const GradientCase& c, const ExpectedGradient& expected);

/// "compared: loss, logits, 27 of 28 gradients (without layers.0.U_map.bias)".
std::string in_words(const Compared& compared);

/// Rejects tensors that a replay would ignore: those with an unknown name, and expected.* tensors
/// in a case with a law, which computes the right answer itself. Throws ContractError that names
/// the tensor and, for an unknown name, the closest known one.
void require_known_tensors(const CaseFile& file);

}  // namespace slim::properties
