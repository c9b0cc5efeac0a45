// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/model/sequences.hpp"

#include <map>
#include <optional>
#include <string>

namespace slim {

/// The inputs of a `gradient` task in double, and the other metadata of its file.
struct GradientCase {
  Model model;
  Parameters<double> theta;
  Projection<double> omega;
  Sequences sequences;
  Index slice_length = 1;
  /// Metadata beyond the model and the slice length: "source", "seed", "subject", "law", "dtype", …
  std::map<std::string, std::string, std::less<>> metadata;
};

/// The `expected.*` tensors of a case; missing ones are empty.
struct ExpectedGradient {
  std::optional<double> loss;
  Matrix<double> logits;                           ///< [B·L, V]
  std::map<std::string, Matrix<double>> gradient;  ///< by parameter name; a vector is one row
  [[nodiscard]] bool empty() const {
    return !loss.has_value() && logits.size() == 0 && gradient.empty();
  }
};

/// Throws ContractError that names a missing, invalid or misshapen tensor or metadata entry.
GradientCase to_gradient_case(const CaseFile& file);
ExpectedGradient to_expected_gradient(const CaseFile& file, const GradientCase& c);

CaseFile to_case_file(const GradientCase& c);
void add_expected(CaseFile& file, const ExpectedGradient& expected, const GradientCase& c);

/// Conventions as JSON text without the fields that have the default value: "{}" for the paper's.
std::string to_text(const Conventions& conventions);
/// The same with all fields.
std::string to_full_text(const Conventions& conventions);
/// Throws ContractError on an unknown field.
Conventions parse_conventions(const std::string& text);

}  // namespace slim
