#pragma once

#include "properties/engine/failure.hpp"
#include "properties/tolerance/judged_tensor.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace slim::properties {

/// How one check of one case came out.
enum class Outcome {
  pass,     ///< error ≤ bound in every row
  suspect,  ///< bound < error ≤ 2 bound somewhere: rare for a correct program
  drift,    ///< right in 50 digits, beyond 2 bound in hardware numbers: what subtraction does
  wrong,    ///< beyond that, not finite, or no answer at all
  skipped,  ///< not asked, with the reason
};
std::string_view name(Outcome outcome);

/// In place of a tensor's name, where there was no answer to compare.
inline constexpr std::string_view no_tensor = "answer";

/// Error and bound of a row, at the entry where it stands worst.
struct RowError {
  Index row = 0;
  double error = 0.0;  ///< infinite when the answer is not finite there
  double bound = 0.0;
};

/// The row in which an answer stands worst against its bound. A row is a matrix's last axis, or a
/// whole vector, or the loss.
struct Discrepancy {
  std::string tensor;
  Index row = 0;
  double error = 0.0;  ///< largest in the row; infinite when the answer is not finite there
  double bound = 0.0;
  std::vector<RowError> rows{};  ///< of this tensor that were compared, in order; may be left out

  /// error / bound: 0 for no error, infinite for an error where none is allowed.
  [[nodiscard]] double ratio() const;
};

/// "bound 1.2e-07", or "no bound" if it is not finite.
std::string bound_in_words(double bound);

/// Whether `a` lies further beyond its bound than `b`; of equals, the larger error.
bool worse(const Discrepancy& a, const Discrepancy& b);

/// An outcome with its evidence.
struct Finding {
  Outcome outcome = Outcome::pass;
  Discrepancy worst;
  std::string note;                  ///< why it was skipped, what drift means, what a subject threw
  Failure failure = Failure::wrong;  ///< in which way, of a wrong one
  bool claimed = true;  ///< false for a skip because the subject does not claim what was asked
  std::vector<JudgedTensor> judged{};  ///< tensors that were compared with the truth

  /// Whether there were numbers to compare: not where no answer came, for which there is a note.
  [[nodiscard]] bool has_numbers() const { return worst.tensor != no_tensor; }
};

/// A check that was not made. A reason is a short constant phrase, so that skips are counted by it.
Finding skipped(std::string reason);
/// A check that the subject never claimed to pass, so that none was owed.
Finding not_claimed(std::string reason);

}  // namespace slim::properties
