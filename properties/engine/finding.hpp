// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/failure.hpp"
#include "properties/engine/judged_tensor.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slim::properties {

/// The outcome of one check of one case.
enum class Outcome {
  pass,     ///< error ≤ bound in every row
  suspect,  ///< bound < error ≤ outer bound somewhere: rare for a correct program
  drift,    ///< a larger error that subtraction explains, in a subject that declares it
  wrong,    ///< any other error, not finite, or no answer
  skipped,  ///< not run, for a stated reason
};
std::string_view name(Outcome outcome);

/// Stands for a tensor's name where there was no answer to compare.
inline constexpr std::string_view no_tensor = "answer";

/// Ends a tensor's name, before the place of a head, where an answer is compared with the earlier
/// answer to the same request.
inline constexpr std::string_view repeated_call = " in a repeated call";

/// Error and bound of a row, at its entry with the largest error over bound.
struct RowError {
  Index row = 0;
  double error = 0.0;  ///< infinite where the answer is not finite
  double bound = 0.0;
};

/// The row of an answer with the largest error over bound. A row is the last axis of a matrix, a
/// whole vector, or the loss.
struct Discrepancy {
  std::string tensor;
  Index row = 0;
  double error = 0.0;  ///< the largest of the row; infinite where the answer is not finite
  double bound = 0.0;
  std::vector<RowError> rows{};  ///< the rows of this tensor that were compared; may be empty

  /// error / bound: 0 for no error, infinite for an error where none is allowed.
  [[nodiscard]] double ratio() const;
};

/// "bound 1.2e-07", or "no bound" if it is not finite.
std::string bound_in_words(double bound);

/// Whether `a` exceeds its bound by a larger factor than `b`; if equal, by the larger error.
bool worse(const Discrepancy& a, const Discrepancy& b);

/// An outcome with its evidence.
struct Finding {
  Outcome outcome = Outcome::pass;
  Discrepancy worst;
  std::string note;                  ///< why it was skipped, what drift means, what a subject threw
  Failure failure = Failure::wrong;  ///< in which way a wrong one failed
  bool claimed = true;               ///< false if skipped since the subject does not claim the case
  std::vector<JudgedTensor> judged{};  ///< tensors that were compared with the truth
  /// Of a case of attention: the worst row of each tensor that is wrong, over all heads.
  std::vector<Discrepancy> wrong_tensors{};

  /// Whether there were numbers to compare. If false, there is a note.
  [[nodiscard]] bool has_numbers() const { return worst.tensor != no_tensor; }
};

/// The tensor without the place of a head; "grad" for the gradient of any parameter, since a fault
/// of a whole model shows in most of them.
std::string tensor_of(const Discrepancy& worst);

/// Whether a failure on another case is probably due to the same fault as `first`: the same
/// verdict, the same tensor among those that are wrong, and an error that is not smaller by orders
/// of magnitude: at least 1 % of the first one, both relative to their bounds, which are
/// proportional to the size of the tensor (where no error is allowed, the errors themselves).
bool is_same_fault(const Finding& first, const Finding& other);
inline constexpr double least_share_of_error = 0.01;
/// `first` for is_same_fault() on cases of another kind: a finite error as large as the numbers
/// themselves counts as one tenth of that, since near a denominator of 0 it may be of any size.
Finding with_limited_error(Finding first, double unit_roundoff);

/// A check that was not made. Skips are counted by reason, so `reason` is a short constant phrase.
Finding skipped(std::string reason);
/// A check that was not made because the subject does not claim `what` it checks, such as "the
/// pullback" or "to be resumable". The note is unclaimed_opening followed by `what`.
Finding not_claimed(std::string_view what);
inline constexpr std::string_view unclaimed_opening = "does not claim ";
/// What is not claimed where it is a feature map: these words followed by its name.
inline constexpr std::string_view unclaimed_feature_map = "feature map ";

}  // namespace slim::properties
