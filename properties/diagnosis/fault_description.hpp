// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/diagnosis/conditions.hpp"
#include "properties/diagnosis/error_pattern.hpp"
#include "properties/engine/shrink.hpp"

namespace slim::properties {

/// What is known of a fault without a name.
struct FaultDescription {
  DecidingConditions conditions;
  std::string condition;             ///< in words; empty if none was found
  std::vector<PatternFact> pattern;  ///< how the answers differ from the right ones
};

/// Describes the fault of a failure by the subject's answers to neighbouring cases: under which
/// conditions it shows (deciding_conditions), and what two cases with more rows, columns, heads and
/// sequences have in common (error_pattern). Empty if the fault does not show in the answers to the
/// task of the failing case, such as a dependence on earlier calls. `asks_features`: as the law.
FaultDescription description_of(const Subject& subject, const Counterexample& found,
                                bool asks_features);

/// The sizes and options of a failing case of attention or of a whole model in one line; failures
/// of one kind on equal cases have the same description.
std::string outline_of(const CaseFile& file);

}  // namespace slim::properties
