// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/finding.hpp"
#include "properties/tolerance/attention_answer.hpp"
#include "properties/tolerance/attention_facts.hpp"
#include "properties/tolerance/band.hpp"
#include "reference/numbers/underflowing.hpp"

#include <array>
#include <memory>
#include <optional>

namespace slim::properties {

/// The arrays of an answer.
enum class AttentionArray { out, end, dq, dk, dv, start_gradient };
inline constexpr std::array<AttentionArray, 6> all_attention_arrays = {
    AttentionArray::out, AttentionArray::end, AttentionArray::dq,
    AttentionArray::dk,  AttentionArray::dv,  AttentionArray::start_gradient};
/// Their names in case files: "out", "end", "d.q", …
std::string_view name(AttentionArray array);

template <class T>
const Heads<T>& array_of(const AttentionResult<T>& result, AttentionArray array) {
  const std::array<const Heads<T>*, 6> arrays = {&result.out, &result.end, &result.dq,
                                                 &result.dk,  &result.dv,  &result.start_gradient};
  return *arrays.at(static_cast<std::size_t>(array));
}

/// Whether an entry is not a float32 number, so that float32 reads other inputs than float64.
bool has_digits_beyond_float32(const AttentionInputs<double>& inputs);

/// An attention case with its truth by the definition in 50 digits, and the error that a correct
/// program may have, elementwise.
///
/// With u the unit roundoff, γ_n = (1 − u)^(−n) − 1 and G the entry's gauge (the reference run on
/// reference::Gauged, in which every subtraction is an addition):
///   SUSPECT  error ≤ γ_n G, for every program that only adds, in any order: each entry is a tree
///            of sums, products and quotients, a rounding multiplies a node by 1 + δ, |δ| ≤ u, and
///            no path from an input to the entry has more than n of them (Higham, "Accuracy and
///            stability of numerical algorithms", lemma 3.1). `roundings` computes n.
///   PASS     error ≤ min(n, 4 √n) u G: independent roundings add up like a random walk, which
///            exceeds 4 √n u with probability at most 2 exp(−8) per entry (Higham and Mary 2019).
///   DRIFT    SUSPECT plus what recovering R_l and S_l from the final sums by subtraction can lose:
///            each of the 2L additions and subtractions of the two sweeps rounds a sum that is no
///            larger than the sum of absolute terms |R_L|, so R_l is off by 4 √(2L) u |R_L|, and
///            the entry by that times its derivative (reference::Perturbed). Nothing more where
///            nothing is subtracted: in end states, in both directions, and in the output and the
///            gradients of a row after which no key takes part, such as the last one. An error
///            within this band is drift only if it is also proportional to the unit roundoff
///            (laws/attention/attention_drift.hpp).
///
/// Features of any sign and outputs without a normaliser have the same bands: the gauge includes
/// what cancels, so it is the magnitude times the condition number of the sums. Exponential
/// features: G is `first_order` of reference::Gauged, in which an exponent's gauge is added instead
/// of multiplied, if a feature's relative error ρ is at most 1/50, and is enlarged by 6 ρ. For a
/// feature alone this covers e^ρ − 1 ≤ ρ (1 + ρ). On a longer path k ≤ 8 features meet and the true
/// error is below (1 + γ) e^(kρ) − 1, but n ≥ k f: γ_n times the exponents is k times what they
/// need, which covers the higher orders. 50 digits: γ_n is 1e-40, far above the roundings and far
/// below any mistake. Narrow scalars round what is stored (features, outputs, cotangents) and sum
/// in float:
///   (γ_n(float) + 12 u) G + u |y| + the smallest subnormal.
///
/// Declared inner types: if factors of products are rounded to u_f, each product adds two roundings
/// of that size: 2 for a projected feature, R, a score, a numerator and a denominator each. So a
/// path to an end state has 2, or 4 with projections; to an output 6 or 14, from a numerator with 4
/// or 8 and a denominator with 2 or 6; and to a gradient, through dD = −Y·dY/D, 12 or at most 32.
/// If sums of a narrow scalar are rounded to it, γ_n is that of its own u.
///
/// Underflow: the bands above hold if no intermediate value underflows, which `unusable` checks.
/// If one may, `band_at_the_edge` adds 2 λ N to each band, where λ is the smallest normal number
/// and N is what reference::Underflowing counts: every operation may lose λ, which later operations
/// amplify. For an output N ≈ n/D: this is the bound n η/D for subnormals, with λ instead of η
/// since a program may flush them to 0, and an exponential may end at λ. N depends on the order of
/// products (g(q) g(k) may underflow where g(k) v does not), so N is the sum of those by prefix
/// sums and by the definition, with values and cotangents of at least 1, so that the order of a
/// small one does not matter. The factor 2 covers higher orders: with denominators of ε or more and
/// sums of at most a thousandth of the largest number (`overflowing`), λ N of a denominator is
/// below half of it. Narrow scalars have no such band, since a feature is lost against its ε.
/// At a kink at 0 (ReLU, |x|), a program that flushes a subnormal entry of q or k also uses the
/// slope at 0 for it. Then d.q or d.k of this entry, and nothing else, may be anything from its
/// truth to that of the flushed inputs: `band_at_the_edge` adds their distance and the band there.
/// For all other laws `unusable` rejects such a case. A projected argument x ω may also be rounded
/// to the other side of its kink: then d.q or d.k of its row is not compared.
/// Used by one thread at a time.
class AttentionEvidence {
 public:
  explicit AttentionEvidence(AttentionInputs<double> inputs);

  [[nodiscard]] const AttentionInputs<double>& given() const { return inputs_; }
  /// The inputs rounded to `scalar`, in 50 digits.
  const AttentionInputs<Digits50>& exact(Scalar scalar);
  /// The definition in 50 digits, on the inputs rounded to `scalar`.
  const AttentionAnswer& truth(Scalar scalar);
  /// What the subject declares: the types of its products and sums, from which the bands follow
  /// (default: those of the arrays), and whether it subtracts. If not, its DRIFT band, which takes
  /// as long as everything else, equals that of SUSPECT (default: it does).
  void assume(const Capabilities& declared);
  /// The band of the entry at `place` of an array's values.
  Band band(Scalar scalar, AttentionArray array, std::size_t place);
  /// The same if intermediate values may underflow. In a narrow scalar in which they do, any finite
  /// number is allowed.
  Band band_at_the_edge(Scalar scalar, AttentionArray array, std::size_t place);
  /// The band by place of the features g(q) or g(k), which have f roundings each.
  std::function<Band(std::size_t)> features_band(Scalar scalar, bool is_query);
  /// Whether the case is too large for 50 digits. Then everything about hardware scalars is
  /// computed in long double, and bands include the truth's own error.
  [[nodiscard]] bool is_large(Scalar scalar) const;
  /// The truth by prefix sums in long double. Requires a large case.
  const AttentionResult<long double>& large_truth(Scalar scalar) {
    return large_facts(scalar).truth();
  }
  AttentionFacts<long double>& large_facts(Scalar scalar);
  /// The facts of the inputs rounded to `scalar`.
  AttentionFacts<Digits50>& facts(Scalar scalar);
  /// Why no subject can be judged on this case in `scalar`: an intermediate value over- or
  /// underflows, an entry is too close to a kink, or the reference is not finite. Empty if
  /// usable.
  std::string unusable(Scalar scalar);
  /// The same for the task features alone.
  std::string unusable_features(Scalar scalar);
  /// Why a correct program may return NaN, ∞ or any number: some denominator is a rounding residue,
  /// or a necessary intermediate value is larger than a thousandth of the largest number of
  /// `scalar`. These are features and the terms of their exponents, sums, numerators, denominators
  /// and their squares (by which the quotient rule may divide), all answers with their gauges, and
  /// in the backward pass dY/D times values, sums and features. Unless an ε keeps denominators away
  /// from 0 (in the denominator by at least the smallest normal number, in the features by its
  /// square), values that are too small count as well; otherwise they may become 0. 50 digits use
  /// the range of float64. Empty if answers have to be finite.
  std::string overflowing(Scalar scalar);
  /// Whether an intermediate value is NaN or larger than a thousandth of the largest number of
  /// `scalar`, so that no band bounds the answer.
  bool is_boundless(Scalar scalar) { return !is_defined() || !fits(scalar); }
  /// Whether some denominator is 0 except for its ε.
  bool has_zero_denominator() { return extent(Scalar::digits50).least_denominator == 0.0; }
  /// Whether some denominator is so small against its final sums that subtraction leaves only a
  /// rounding residue of it.
  bool subtraction_decides(Scalar scalar);
  /// Whether numbers with twice the digits represent every sum exactly: the largest is less than
  /// the spare digits times the smallest product, of which, times u, all sums are whole multiples.
  bool has_digits_to_spare(Scalar scalar);
  /// n, the largest number of roundings on a path from an input to an entry.
  [[nodiscard]] double roundings(AttentionArray array) const;
  /// The size that an entry of 0 can have due to the truth's own roundings or, in d.q and d.k, the
  /// ε of the denominators: where weights add up to 1 except for it, equal keys or a single one
  /// give gradients that are 0 except for it. Infinite if the whole array is 0 except for an ε:
  /// weights do not depend on the query if there is one feature, nor on query and key if there is
  /// one row.
  double residue(Scalar scalar, AttentionArray array);

 private:
  using Underflow = reference::Underflowing;
  /// Facts of the inputs rounded to one kind of scalar.
  struct Known {
    std::optional<AttentionFacts<Digits50>> facts;
    std::optional<AttentionFacts<long double>> large_facts;
    std::optional<std::array<AttentionResult<Underflow>, 2>> underflows;
  };
  Known& known(Scalar scalar);
  /// Bounds of rounding errors relative to the gauge, including the truth's own.
  struct Shares {
    double likely;
    double worst;
  };
  const Shares& shares(Scalar scalar, AttentionArray array);
  double gauge_at(Scalar scalar, AttentionArray array, std::size_t place);
  /// The same for a number of the reference.
  template <class G>
  double gauge_of(Scalar scalar, const G& number);
  /// The largest relative error of a feature due to the roundings of its exponent; 0 for maps
  /// without one.
  double error_of_exponents(Scalar scalar);
  /// The unit roundoff of sums.
  [[nodiscard]] double roundoff_of_sums(Scalar scalar) const;
  /// The shares of n roundings, of which `of_factors` may be of factors of products.
  [[nodiscard]] Shares shares_of(Scalar scalar, double n, double of_factors) const;
  /// How far an entry moves when every prefix sum is moved by the gauge of the final one.
  double moved_at(Scalar scalar, AttentionArray array, std::size_t place);
  /// What an entry can lose by subtraction.
  double lost_by_subtracting(Scalar scalar, AttentionArray array, std::size_t place);
  /// Whether a program that recovers sums has subtracted anything for this entry.
  [[nodiscard]] bool is_after_subtraction(AttentionArray array, std::size_t place) const;
  /// Twice the largest relative change of a denominator by its ε.
  double share_of_epsilon(Scalar scalar);
  double largest_gauge(Scalar scalar, std::span<const AttentionArray> arrays);
  /// Counts of losses by underflow: by prefix sums, and by the definition.
  const std::array<AttentionResult<Underflow>, 2>& underflows(Scalar scalar);
  const AttentionExtent& extent(Scalar scalar);
  /// Why intermediate values are out of range; empty if they are not.
  std::string out_of_range(Scalar scalar);
  /// Whether an argument of a projected map with a kink is 0 to within its rounding error, so that
  /// d.q or d.k of this row may be computed with the slope of either side.
  bool hangs_on_a_kink(Scalar scalar, AttentionArray array, std::size_t place);
  /// Whether the slope for this entry of d.q or d.k changes if its x is flushed to 0.
  bool hangs_on_a_flush(Scalar scalar, AttentionArray array, std::size_t place);
  /// The case with these x set to 0.
  AttentionEvidence& flushed(Scalar scalar);
  /// The band of rounding and underflow, without the effect of slopes.
  Band band_of_underflow(Scalar scalar, AttentionArray array, std::size_t place);
  /// Whether ε keeps denominators away from 0, or there are none.
  [[nodiscard]] bool is_guarded() const;
  /// The least denominator of a row that sees a key, due to ε alone.
  [[nodiscard]] double least_guarded_denominator() const;
  /// Whether the truth is finite: some conventions allow a denominator of 0.
  bool is_defined();
  bool has_finite_truth(Scalar scalar);
  /// Whether some denominator is so small against its gauge that only a rounding residue of it is
  /// left, where bands of first order do not hold: for elu+1 computed as ELU(x) + 1, which is off
  /// by a rounding of 1 for any e^x, and for large exponents that cancel.
  bool rounding_decides(Scalar scalar);
  bool fits(Scalar scalar);

  AttentionInputs<double> inputs_;
  bool is_large_;
  bool rounds_to_float32_;
  bool wants_drift_ = true;
  double roundoff_of_factors_ = 0.0;
  bool sums_in_narrow_ = false;
  /// Float32 and wider, float16, bfloat16; float32 alone if its inputs are rounded. Of an own map
  /// by Scalar.
  std::array<Known, 5> known_;
  std::array<std::array<std::optional<Shares>, 6>, 5> shares_;  ///< by Scalar and array
  std::array<std::optional<double>, 5> error_of_exponents_;     ///< by Scalar
  std::array<std::optional<bool>, 5> at_the_edge_;  ///< by Scalar: intermediate values underflow
  std::array<std::unique_ptr<AttentionEvidence>, 5> flushed_;  ///< by Scalar
};

/// Why this subject is not run: it does not claim the case, or it subtracts and a denominator is 0
/// or so small that a rounding residue decides. Empty if it is run.
std::optional<Finding> excused(const Subject& subject, Scalar scalar, AttentionEvidence& evidence);

/// Whether the subject subtracts in a wider scalar or on a grid, and the sums of the case exceed
/// its digits: then it may drift, or refuse.
bool is_beyond_its_digits(const Subject& subject, Scalar scalar, AttentionEvidence& evidence);

}  // namespace slim::properties
