#pragma once

#include "properties/judgement/ensemble.hpp"

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
  /// Whether some row's denominator is 0 but for its epsilon: all its features vanish (ReLU).
  bool has_zero_denominator();
  /// Whether what subtracting loses goes with the unit roundoff: κ u of float32 is at most 2^-8, so
  /// that no denominator comes near 0 by rounding.
  bool drifts_in_proportion();
  /// Why the case cannot be judged in `scalar`: with ReLU and |x|, an input within 8 of its own
  /// deviations of 0 (which side it falls on hangs on a rounding), or a reference that overflows.
  std::string unusable(Scalar scalar);

 private:
  const Insides<Digits50>& insides();
  const Ensemble& ensemble(Scalar scalar);

  GradientCase case_;
  bool with_logits_;
  Index first_position_;
  std::optional<GradientAnswer> truth_;
  std::optional<Insides<Digits50>> insides_;
  std::optional<double> cancellation_;                   ///< κ
  std::array<std::optional<Ensemble>, 5> ensembles_;     ///< by Scalar
  std::array<std::optional<GradientBounds>, 5> bounds_;  ///< by Scalar
};

/// Judges one check: `discrepancy` measures it in a scalar. Above twice the bound a subject that
/// subtracts is asked again in 50 digits: right there, it drifts, otherwise it is wrong. What is
/// not finite is wrong in every case.
Finding judge(const Subject& subject, Scalar scalar,
              const std::function<Discrepancy(Scalar)>& discrepancy);

/// The same, and drift has a bound. What rounding does goes with the unit roundoff, and so do the
/// bounds, those of float32 being 2^29 times those of float64: error over bound is about the same
/// in both, κ, where κ u is small. A mistake of one's own does not go with it. So in float32 and in
/// float64 drift is wrong if its error is more bounds than 512 times those in the other scalar (or
/// 512, where it is right in that one): from float32 to float64 the error has to fall by 2^-20 of
/// it, and may not fall by more than 2^-38. Asked only where the case can be judged in both, and
/// drift is in proportion: next to a denominator of 0 rounding has no bound.
Finding judge(const Subject& subject, Scalar scalar, GradientEvidence& evidence,
              const std::function<Discrepancy(Scalar)>& discrepancy);

/// Why this subject is not asked: it does not claim the case, or it subtracts and a denominator is
/// 0, where a rounding residue decides. Empty optional: it is asked.
std::optional<Finding> excused(const Subject& subject, Scalar scalar, GradientEvidence& evidence);

/// PASS: error ≤ 4 dev, SUSPECT: ≤ 8 dev. `slim-verify calibrate` measures what that lets through.
inline constexpr double pass_deviations = 4.0;
inline constexpr double suspect_over_pass = 2.0;
/// Of error over bound from one scalar to another, where rounding is all there is.
inline constexpr double most_change_of_drift = 512.0;

inline constexpr const char* zero_denominator_reason =
    "a denominator is 0, which subtraction turns into a rounding residue";

}  // namespace slim::properties
