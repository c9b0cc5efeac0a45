// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"
#include "reference/vocabulary/task/attention_inputs.hpp"

#include <memory>

namespace slim::properties {

/// One array of an answer, converted to 50 digits, row-major.
struct AnsweredArray {
  std::string name;  ///< as in case files: "out", "d.q", "grad.layers.0…", "features", "projection"
  Index cols = 1;
  std::vector<Digits50> values;
};

/// One answer of a subject to a task of any kind.
struct Answered {
  std::vector<AnsweredArray> arrays;
  /// The inputs of the task if it was attention; else null.
  std::shared_ptr<const AttentionInputs<double>> attention;
};

/// All answers of a subject that were recorded while a law was checked on one case.
struct RecordedAnswers {
  Finding finding;
  /// In the order of the calls; of projections, the first 32 that were drawn. Results for
  /// inconsistent tasks are not recorded.
  std::vector<Answered> answers;
  /// Peak bytes in the memory ledger during each gradient.
  std::vector<double> bytes;
  bool is_complete = true;       ///< each call of attention or a gradient returned
  std::vector<Answered> before;  ///< the answers when the law was checked for the first time
};

/// Checks the law on its case twice and records every answer. The second check counts, so that any
/// state that the subject keeps comes from this case. Results that it does not claim (states, the
/// pullback) are recorded as 0.
RecordedAnswers recorded_answers(Trial& trial, const Subject& subject, Scalar scalar);

}  // namespace slim::properties
