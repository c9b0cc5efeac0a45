#pragma once

#include "properties/tolerance/ensemble.hpp"

#include <array>
#include <functional>
#include <optional>

namespace slim::properties {

/// A gradient case with all that is known about it: the truth in 50 digits, and for each scalar how
/// far a correct program may be off. Each is computed on first need and kept, since together they
/// are most of the cost of judging. Used by one thread at a time.
class GradientEvidence {
 public:
  enum class Compares { gradient, gradient_and_logits };
  /// The first row stands at `first_position`, where the case is a segment.
  explicit GradientEvidence(GradientCase c, Compares compares = Compares::gradient,
                            Index first_position = 0)
      : case_(std::move(c)),
        with_logits_(compares == Compares::gradient_and_logits),
        first_position_(first_position) {}

  [[nodiscard]] const GradientCase& given() const { return case_; }
  [[nodiscard]] bool with_logits() const { return with_logits_; }
  [[nodiscard]] Index first_position() const { return first_position_; }
  /// The reference in 50 digits.
  const GradientAnswer& truth();
  /// What PASS allows. In 50 digits 1e-40 of the largest gradient entry (the loss: of the loss,
  /// where that is larger). In any other scalar 4 times the ensemble's deviation, row by row.
  const GradientBounds& bounds(Scalar scalar);
  /// What DRIFT allows a program that recovers prefix sums by subtraction: SUSPECT, and what that
  /// may lose. Each of the 2L additions and subtractions on the way up and down rounds a sum that
  /// is no larger than the gauge of the final one, so that sums are off by 4 √(2L) u of it, and a
  /// row of the answer by that times moved_by_final_sums(). Nothing more for sequences of one row.
  /// In 50 digits as `bounds`.
  const GradientBounds& drift_bounds(Scalar scalar);
  /// Whether some row's denominator is 0 but for its epsilon: all its features vanish (ReLU).
  bool has_zero_denominator();
  /// Whether some denominator is so small against its final sums, 4 √(2L) u κ ≥ 1/4, that
  /// subtraction leaves a rounding residue of it, for which there is no bound.
  bool subtraction_decides(Scalar scalar);
  /// Why the case cannot be judged in `scalar`: with ReLU and |x|, an input within 8 of its own
  /// deviations of 0 (which side it falls on hangs on a rounding), or a reference that overflows;
  /// in 50 digits, a reference that is not finite, as with a NaN among the parameters.
  std::string unusable(Scalar scalar);

 private:
  const Insides<Digits50>& insides();
  const Ensemble& ensemble(Scalar scalar);
  /// What 2L roundings may be, of the sum that is rounded.
  [[nodiscard]] double share_of_roundings(Scalar scalar) const;

  GradientCase case_;
  bool with_logits_;
  Index first_position_;
  std::optional<GradientAnswer> truth_;
  std::optional<Insides<Digits50>> insides_;
  std::optional<GradientBounds> moved_by_sums_;
  std::array<std::optional<Ensemble>, 5> ensembles_;           ///< by Scalar
  std::array<std::optional<GradientBounds>, 5> bounds_;        ///< by Scalar
  std::array<std::optional<GradientBounds>, 5> drift_bounds_;  ///< by Scalar
};

/// Where an answer in `scalar` stands worst against these bounds, which a law may make larger.
using DiscrepancyWithin = std::function<Discrepancy(Scalar scalar, const GradientBounds& bounds)>;

/// Judges one check. Above twice the bounds a subject that subtracts drifts if subtraction explains
/// the error:
///   - it is within the drift bounds, row by row;
///   - it goes with the unit roundoff, as rounding does. Where the case can be judged in float32
///   and
///     in float64, and the subject claims both, the error in parts of the drift bounds is at most
///     16 times that in the other one;
///   - it is none in 50 digits, if the subject offers these.
/// Otherwise it is wrong. Next to a denominator of 0 (`subtraction_decides`) no bound is known: a
/// subject that is right in 50 digits drifts, and one that does not offer them is not judged.
/// What is not finite, or should not differ by a bit, is wrong in every case.
Finding judge(const Subject& subject, Scalar scalar, GradientEvidence& evidence,
              const DiscrepancyWithin& discrepancy);

/// Of loss, gradient and logits, whether these bounds of a scalar judge them. Left out are tensors
/// that are 0 but for an ε: the gradients of the map of queries where heads have one feature, and
/// of queries and keys where sequences have one row.
std::vector<JudgedTensor> judged_tensors(GradientEvidence& evidence, const GradientBounds& bounds);

/// Why this subject is not asked: it does not claim the case, or it subtracts and a denominator is
/// 0 or next to it, where a rounding residue decides. Empty optional: it is asked.
std::optional<Finding> excused(const Subject& subject, Scalar scalar, GradientEvidence& evidence);

/// PASS: error ≤ 4 dev, SUSPECT: ≤ 8 dev. `slim-verify calibrate` measures what that lets through.
inline constexpr double pass_deviations = 4.0;
/// The same of a large case, where dev is of 8 runs and not of 32: these saw less of what may
/// happen. Largest error over dev of correct subjects: 5.27 of 8 runs, 3.55 of 32 (README).
inline constexpr double pass_deviations_of_a_large_case = 6.0;
inline constexpr double suspect_over_pass = 2.0;
/// Of an error in parts of the drift bounds, from one of float32 and float64 to the other, where
/// rounding is all there is.
inline constexpr double most_change_of_drift = 16.0;

inline constexpr const char* zero_denominator_reason =
    "a denominator is 0, which subtraction turns into a rounding residue";

}  // namespace slim::properties
