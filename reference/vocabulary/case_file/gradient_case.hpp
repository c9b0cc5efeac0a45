#pragma once

#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/model/sequences.hpp"

#include <map>
#include <optional>
#include <string>

namespace slim {

/// Everything a `gradient` task needs, in double, with whatever else its file carried.
struct GradientCase {
  Model model;
  Parameters<double> theta;
  Projection<double> omega;
  Sequences sequences;
  Index slice_length = 1;
  /// Metadata beyond the model and the slice length: "source", "seed", "subject", "law", "dtype", …
  std::map<std::string, std::string, std::less<>> metadata;
};

/// The `expected.*` tensors of a case; a missing one is empty.
struct ExpectedGradient {
  std::optional<double> loss;
  Matrix<double> logits;                           ///< [B·L, V]
  std::map<std::string, Matrix<double>> gradient;  ///< by parameter name, vectors as one row
  [[nodiscard]] bool empty() const {
    return !loss.has_value() && logits.size() == 0 && gradient.empty();
  }
};

/// Throws ContractError that names the tensor or the metadata that is missing, absurd or misshapen.
GradientCase to_gradient_case(const CaseFile& file);
ExpectedGradient to_expected_gradient(const CaseFile& file, const GradientCase& c);

CaseFile to_case_file(const GradientCase& c);
void add_expected(CaseFile& file, const ExpectedGradient& expected, const GradientCase& c);

/// Conventions as JSON text, fields that have the default value left out: "{}" is the paper's.
std::string to_text(const Conventions& conventions);
/// The same with every field.
std::string to_full_text(const Conventions& conventions);
/// Throws ContractError on an unknown field, which is never ignored.
Conventions parse_conventions(const std::string& text);

}  // namespace slim
