// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/tolerance/ensemble.hpp"

#include <array>
#include <functional>
#include <optional>

namespace slim::properties {

/// A gradient case with its truth in 50 digits, and for each scalar how far a correct program may
/// be off. These are most of the cost of judging, so they are computed on first use and cached.
/// Used by one thread at a time.
class GradientEvidence {
 public:
  enum class Compares { gradient, gradient_and_logits };
  /// `first_position`: position of the first row, if the case is a segment.
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
  /// The PASS bounds. In 50 digits 1e-40 of the largest gradient entry (for the loss, of the loss
  /// if that is larger). In any other scalar 4 times the ensemble's deviation, row by row (6 times
  /// for large cases).
  const GradientBounds& bounds(Scalar scalar);
  /// The DRIFT bounds, for a program that recovers prefix sums by subtraction: SUSPECT plus what
  /// subtraction can lose. Each of the 2L additions and subtractions of the two sweeps rounds a sum
  /// that is no larger than the gauge of the final one, so sums are off by 4 √(2L) u of it, and a
  /// row of the answer by that times moved_by_final_sums(). Nothing more for sequences of one row.
  /// In 50 digits the same as `bounds`.
  const GradientBounds& drift_bounds(Scalar scalar);
  /// Whether some row's denominator is 0 except for its epsilon: all its features vanish (ReLU).
  bool has_zero_denominator();
  /// Whether some denominator is so small against its final sums, 4 √(2L) u κ ≥ 1/4, that
  /// subtraction leaves only a rounding residue of it, for which there is no bound.
  bool subtraction_decides(Scalar scalar);
  /// Why the case cannot be judged in `scalar`: with ReLU and |x|, an input within 8 of its own
  /// deviations of 0 (a rounding decides on which side it falls), a reference that overflows, or,
  /// in 50 digits, one that is not finite.
  std::string unusable(Scalar scalar);

 private:
  const Insides<Digits50>& insides();
  const Ensemble& ensemble(Scalar scalar);
  /// The error of 2L roundings, relative to the sum that is rounded.
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

/// Whether a parameter or a projection has more digits than a float32.
bool has_digits_beyond_float32(const GradientCase& c);

/// The worst row of an answer in `scalar` under these bounds, which a law may enlarge.
using DiscrepancyWithin = std::function<Discrepancy(Scalar scalar, const GradientBounds& bounds)>;

/// Judges one check. An error above twice the bounds is DRIFT if the subject subtracts and
/// subtraction explains the error:
///   - it is within the drift bounds, row by row;
///   - it is proportional to the unit roundoff: if the case can be judged in float32 and float64
///     and the subject claims both, the error relative to the drift bounds is at most 16 times that
///     in the other one;
///   - it is absent in 50 digits, if the subject offers them.
/// Otherwise it is WRONG. Near a denominator of 0 (`subtraction_decides`) no bound is known: a
/// subject that is right in 50 digits drifts, and one that does not offer them is not judged.
/// Answers that are not finite, and those that differ where no bit may, are always WRONG.
Finding judge(const Subject& subject, Scalar scalar, GradientEvidence& evidence,
              const DiscrepancyWithin& discrepancy);

/// The bounds beyond which judge() finds this subject WRONG.
GradientBounds largest_bounds(const Subject& subject, Scalar scalar, GradientEvidence& evidence);

/// Whether these bounds judge loss, gradient and logits. Tensors that are 0 except for an ε are
/// left out: the gradients of the query map if heads have one feature, and of the query and key
/// maps if only first rows count. The tensors of all layers have one name: "grad.layers.*.…".
std::vector<JudgedTensor> judged_tensors(GradientEvidence& evidence, const GradientBounds& bounds);
/// The same for any truth, with a name for each layer.
std::vector<JudgedTensor> judged_tensors_of_layers(const GradientCase& c,
                                                   const GradientAnswer& truth,
                                                   const GradientBounds& bounds);

/// Why this subject is not run: it does not claim the case, or it subtracts and a denominator is 0
/// or so small that a rounding residue decides. Empty if it is run.
std::optional<Finding> excused(const Subject& subject, Scalar scalar, GradientEvidence& evidence);

/// PASS: error ≤ 4 dev, SUSPECT: error ≤ 8 dev. Measured by `slim-verify calibrate`
/// (calibration.md).
inline constexpr double pass_deviations = 4.0;
/// The same for a large case, whose dev is of 8 runs instead of 32. Largest error over dev of
/// correct subjects: 5.27 with 8 runs, 3.55 with 32 (calibration.md).
inline constexpr double pass_deviations_of_a_large_case = 6.0;
inline constexpr double suspect_over_pass = 2.0;
/// The largest change of an error relative to the drift bounds, between float32 and float64, that
/// rounding explains.
inline constexpr double most_change_of_drift = 16.0;

inline constexpr const char* zero_denominator_reason =
    "a denominator is 0 or nearly 0, which subtraction turns into a rounding residue";

}  // namespace slim::properties
