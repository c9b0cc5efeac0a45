#pragma once

#include "properties/engine/law.hpp"
#include "reference/vocabulary/task/attention_inputs.hpp"

#include <memory>

namespace slim::properties {

/// One array of an answer, taken over into 50 digits, row-major.
struct AnsweredArray {
  std::string name;  ///< as in case files: "out", "d.q", "grad.layers.0…", "features", "projection"
  Index cols = 1;
  std::vector<Digits50> values;
};

/// One answer of a subject, of whatever task.
struct Answered {
  std::vector<AnsweredArray> arrays;
  /// What was asked, if it was attention; else null.
  std::shared_ptr<const AttentionInputs<double>> attention;
};

/// All that a subject answered while a law was checked on one case.
struct Interview {
  Finding finding;
  /// In the order of the questions; of projections, the first 32 that were drawn. What was answered
  /// to a task that does not fit together is no answer.
  std::vector<Answered> answers;
  /// Bytes in the ledger at most while each gradient was made.
  std::vector<double> bytes;
  bool is_complete = true;       ///< each question of attention or a gradient got its answer
  std::vector<Answered> before;  ///< the same, the first time that the law was checked
};

/// Checks the law on its case twice, and writes down every answer. The second time counts, so that
/// what a subject remembers is something that this case put there. What it does not claim to answer
/// (states, the pullback) is written down as 0.
Interview interview(Trial& trial, const Subject& subject, Scalar scalar);

}  // namespace slim::properties
