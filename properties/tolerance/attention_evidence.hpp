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

/// An attention case with all that is known about it: the truth in 50 digits by the definition, and
/// what a correct program's error may be, entry by entry.
///
/// With u the unit roundoff, γ_n = (1 − u)^(−n) − 1 and G the entry's gauge (the reference run on
/// reference::Gauged, every subtraction an addition):
///   SUSPECT  error ≤ γ_n G, for every program that only adds, in whatever order: each entry is a
///            tree of sums, products and quotients, a rounding multiplies a node by 1 + δ, |δ| ≤ u,
///            and no path from an input to the entry has more than n of them (Higham, "Accuracy and
///            stability of numerical algorithms", lemma 3.1). n is counted in `roundings`.
///   PASS     error ≤ min(n, 4 √n) u G: independent roundings add up like a random walk, beyond
///            4 √n u with probability 2 exp(−8) at each entry at most (Higham and Mary 2019), and
///            the longest path is never met in full.
///   DRIFT    SUSPECT, and what recovering R_l and S_l from the final sums by subtraction may lose:
///            each of the 2L additions and subtractions on the way up and down rounds a sum that is
///            no larger than the gauge |R_L|, so that R_l is off by 4 √(2L) u |R_L|, and the entry
///            by that times its derivative (reference::Perturbed). Nothing where nothing is
///            subtracted: in end states, in both directions, and in the output and the gradients of
///            a row after which no key takes part, such as the last one. What lies within this band
///            is drift only if it goes with the roundoff, too: laws/attention_drift.hpp.
/// Of features that are exponentials G is reference::Gauged's `first_order`, in which an exponent's
/// gauge is added and not multiplied in, as long as a feature's relative error ρ is at most 1/50:
/// what is left out is ρ/2 of it and, of the six features that meet in a path, another 5 ρ, for
/// which G is made larger by 6 ρ.
/// In 50 digits γ_n is 1e-40, far above its roundings and far below anything that is a mistake.
/// Narrow scalars round what is stored (features, outputs, cotangents) and sum in float:
///   (γ_n(float) + 12 u) G + u |y| + the smallest subnormal.
/// These bands presume that no number on the way underflows, which `unusable` sees to. Where one
/// may, `band_at_the_edge` adds to each of them 2 λ N, λ the smallest normal number and N what
/// reference::Underflowing counts: every operation may lose λ, which what follows makes larger. For
/// an output that is N ≈ n/D, the n η/D of a bound for subnormals, with λ in place of η since a
/// program may flush them to 0, and an exponential may end at λ. N depends on the order of products
/// (g(q) g(k) may underflow where g(k) v does not), so it is the sum of those by prefix sums and by
/// the definition, with values and cotangents taken to be at least 1: then it does not matter
/// whether a small one comes first. The 2 is for higher orders: with denominators of ε or more and
/// sums a thousandth of the largest number (`overflowing`) λ N of a denominator is below half of
/// it. Narrow scalars have no such band, since in them a feature is lost beside its ε.
/// Where the map has a kink at 0 (ReLU, |x|) a program that flushes a subnormal entry of q or k
/// also takes the slope at 0 for that entry's. Then d.q or d.k of this entry, and nothing else, may
/// be anything from its truth to that of the flushed inputs: `band_at_the_edge` adds the distance
/// of the two and the band there. All other laws leave such a case out, which `unusable` sees to.
/// Used by one thread at a time.
class AttentionEvidence {
 public:
  explicit AttentionEvidence(AttentionInputs<double> inputs);

  [[nodiscard]] const AttentionInputs<double>& given() const { return inputs_; }
  /// The inputs as `scalar` has them, rounded to it, in 50 digits.
  const AttentionInputs<Digits50>& exact(Scalar scalar);
  /// The definition in 50 digits, of the inputs as they are in `scalar`.
  const AttentionAnswer& truth(Scalar scalar);
  /// Whether bands have a drift, which takes as long as all the rest; else it is that of SUSPECT.
  /// They have unless told otherwise.
  void want_drift(bool wanted) { wants_drift_ = wanted; }
  /// Of the entry at `place` of an array's values.
  Band band(Scalar scalar, AttentionArray array, std::size_t place);
  /// The same where numbers on the way may underflow. Any number, in a narrow scalar in which they
  /// do.
  Band band_at_the_edge(Scalar scalar, AttentionArray array, std::size_t place);
  /// The same of the entry at a place of the features g(q) or g(k): f roundings each.
  std::function<Band(std::size_t)> features_band(Scalar scalar, bool is_query);
  /// Whether the case is too large for 50 digits: then `large_truth` and all that is known in
  /// hardware numbers is computed in long double, and bands have the truth's own error on top.
  [[nodiscard]] bool is_large(Scalar scalar) const;
  /// By prefix sums in long double. Requires a large case.
  const AttentionResult<long double>& large_truth(Scalar scalar) {
    return large_facts(scalar).truth();
  }
  AttentionFacts<long double>& large_facts(Scalar scalar);
  /// Of the inputs as they are in `scalar`.
  AttentionFacts<Digits50>& facts(Scalar scalar);
  /// Why nobody can be judged on this case in `scalar`: some number on the way over- or underflows,
  /// an entry is next to a kink, or the reference is not finite.
  std::string unusable(Scalar scalar);
  /// Why a correct program may answer with what is no number, or any: some denominator is a
  /// rounding residue, or something that it has to form on the way is beyond the range of `scalar`,
  /// or within a thousandth of it. These are features and what exponents are made of, sums,
  /// numerators, denominators and their squares (a quotient's rule may divide by them), all answers
  /// with their gauges, and on the way back dY/D times values, sums and features. Where no ε keeps
  /// denominators off 0, by at least the smallest normal number in the denominator or by its square
  /// in the features, too small counts as well; otherwise what is too small may become 0. 50 digits
  /// are kept in the range of float64. Empty: it has to be finite.
  std::string overflowing(Scalar scalar);
  /// Whether something on the way is beyond the range of `scalar`, or within a thousandth of it, or
  /// no number: there no band says how large an answer may be.
  bool is_boundless(Scalar scalar) { return !is_defined() || !fits(scalar); }
  /// Whether some denominator is 0 but for its ε.
  bool has_zero_denominator() { return extent(Scalar::digits50).least_denominator == 0.0; }
  /// Whether some denominator is so small against its final sums that subtraction leaves a rounding
  /// residue of it.
  bool subtraction_decides(Scalar scalar);
  /// Whether twice the digits hold every sum exactly: the largest is less than the digits to spare
  /// times the smallest product, of which, times u, all sums are whole multiples.
  bool has_digits_to_spare(Scalar scalar);
  /// n, the most roundings on a path from an input to an entry.
  [[nodiscard]] double roundings(AttentionArray array) const;
  /// What the truth's own roundings may leave of an entry that is 0. Infinite where the whole array
  /// is 0 but for an ε: weights that add up to 1 do not move with the query where there is one
  /// feature, nor with query and key where there is one row.
  double residue(Scalar scalar, AttentionArray array);

 private:
  using Underflow = reference::Underflowing;
  /// What is known of the inputs as one kind of scalar has them.
  struct Known {
    std::optional<AttentionFacts<Digits50>> facts;
    std::optional<AttentionFacts<long double>> large_facts;
    std::optional<std::array<AttentionResult<Underflow>, 2>> underflows;
  };
  Known& known(Scalar scalar);
  /// Of the gauge, what roundings may add up to, the truth's own included.
  struct Shares {
    double likely;
    double worst;
  };
  const Shares& shares(Scalar scalar, AttentionArray array);
  double gauge_at(Scalar scalar, AttentionArray array, std::size_t place);
  /// The same of a number of the reference.
  template <class G>
  double gauge_of(Scalar scalar, const G& number);
  /// What a feature's relative error may be at worst, by the roundings of its exponent; 0 for maps
  /// without one.
  double error_of_exponents(Scalar scalar);
  /// How far an entry moves when all prefix sums are moved by the gauge of the last ones.
  double moved_at(Scalar scalar, AttentionArray array, std::size_t place);
  /// What an entry may lose by subtraction.
  double lost_by_subtracting(Scalar scalar, AttentionArray array, std::size_t place);
  /// Whether a program that recovers sums has subtracted anything for this entry.
  [[nodiscard]] bool is_after_subtraction(AttentionArray array, std::size_t place) const;
  double largest_gauge(Scalar scalar, std::span<const AttentionArray> arrays);
  /// By prefix sums, and by the definition.
  const std::array<AttentionResult<Underflow>, 2>& underflows(Scalar scalar);
  const AttentionExtent& extent(Scalar scalar);
  /// Why numbers on the way do not fit: they over- or underflow.
  std::string out_of_range(Scalar scalar);
  /// Whether this entry of d.q or d.k takes another slope where its x is flushed to 0.
  bool hangs_on_a_flush(Scalar scalar, AttentionArray array, std::size_t place);
  /// The case with these x at 0.
  AttentionEvidence& flushed(Scalar scalar);
  /// What rounding and underflow may take, whatever the slopes.
  Band band_of_underflow(Scalar scalar, AttentionArray array, std::size_t place);
  /// Whether ε keeps denominators off 0.
  [[nodiscard]] bool is_guarded() const;
  /// The least denominator of a row that sees a key, by ε alone.
  [[nodiscard]] double least_guarded_denominator() const;
  /// Whether the truth is finite: some conventions leave a denominator 0.
  bool is_defined();
  bool has_finite_truth(Scalar scalar);
  /// Whether some denominator is so small against its gauge that a rounding residue of it is left,
  /// for which bands of first order say nothing: of elu+1 by its words, which is off by a rounding
  /// of 1 however small e^x is, and of large exponents that cancel.
  bool rounding_decides(Scalar scalar);
  bool fits(Scalar scalar);

  AttentionInputs<double> inputs_;
  bool is_large_;
  bool wants_drift_ = true;
  std::array<Known, 3> known_;  ///< float32 and wider, float16, bfloat16
  std::array<std::array<std::optional<Shares>, 6>, 5> shares_;  ///< by Scalar and array
  std::array<std::optional<double>, 5> error_of_exponents_;     ///< by Scalar
  std::array<std::optional<bool>, 5> at_the_edge_;  ///< by Scalar: numbers on the way underflow
  std::array<std::unique_ptr<AttentionEvidence>, 5> flushed_;  ///< by Scalar
};

/// Why this subject is not asked: it does not claim the case, or it subtracts and a denominator is
/// 0 or next to it. Empty optional: it is asked.
std::optional<Finding> excused(const Subject& subject, Scalar scalar, AttentionEvidence& evidence);

/// Whether the subject subtracts in a wider scalar or on a grid, and the case has sums that spread
/// beyond its digits: then it may drift, or refuse.
bool is_beyond_its_digits(const Subject& subject, Scalar scalar, AttentionEvidence& evidence);

/// "out", or "out[b,h]" where there are several heads.
std::string named_head(const std::string& tensor, const HeadsSizes& sizes, Index b, Index h);

/// Collects entries of one check and says how it came out.
class AttentionJudge {
 public:
  AttentionJudge(const Subject& subject, Scalar scalar)
      : subtracts_(subject.capabilities.subtracting), scalar_(scalar) {}

  /// From here on the subject is judged as one that subtracts.
  void admit_drift() { subtracts_ = true; }
  /// The largest error of any entry, in parts of its DRIFT band.
  [[nodiscard]] double share_of_drift() const { return share_of_drift_; }
  /// How many entries were compared.
  [[nodiscard]] int entries() const { return entries_; }

  /// One entry, |answer − wanted| against the band. `row`: of the tensor.
  void hold(const std::string& tensor, Index row, const Digits50& answer, const Digits50& wanted,
            const Band& band);
  /// Every entry of a head's array for which `selects(b, h, row)`, within `band(place)`. An empty
  /// answer is one that the subject does not claim to give.
  void hold(const std::string& tensor, const Heads<Digits50>& answer, const Heads<Digits50>& wanted,
            const std::function<Band(std::size_t)>& band,
            const std::function<bool(Index, Index, Index)>& selects = {});
  /// Arrays of an answer against the truth in 50 digits.
  void hold_to_truth(const AttentionAnswer& answer, AttentionEvidence& evidence,
                     std::span<const AttentionArray> arrays);
  /// Runs the subject on the case and compares these arrays of its answer with the truth.
  void compare_with_truth(const Subject& subject, AttentionEvidence& evidence,
                          std::span<const AttentionArray> arrays);
  /// The same of the features g(q) or g(k).
  void compare_features_with_truth(const Subject& subject, AttentionEvidence& evidence,
                                   bool is_query);
  /// The same of answers in long double.
  void hold(const std::string& tensor, const Heads<long double>& answer,
            const Heads<long double>& wanted, const std::function<Band(std::size_t)>& band);
  /// Wrong whatever else was held, for a reason.
  void condemn(Discrepancy entry, std::string note);
  /// Skipped when nothing was held.
  [[nodiscard]] Finding finding() const;

 private:
  /// Tells `largest`, unless it is null, what it is to know of the row.
  template <class W, class OfColumn>
  void hold_row(const std::string& tensor, Index row, const W* answer, const W* wanted,
                std::size_t cols, const OfColumn& band, LargestEntry* largest);
  /// Arrays, or features, of an answer, which are counted as judged or not.
  template <class W>
  void compare_each(const std::string& tensor, const Heads<W>& answer, const Heads<W>& truth,
                    const std::function<Band(std::size_t)>& band, double residue);
  /// Counts an entry.
  void note(double error, const Band& band);
  void hold_error(const std::string& tensor, Index row, double error, bool is_infinite,
                  const Band& band);
  template <class W>
  void hold_each(const std::string& tensor, const Heads<W>& answer, const Heads<W>& wanted,
                 const std::function<Band(std::size_t)>& band,
                 const std::function<bool(Index, Index, Index)>& selects = {},
                 LargestEntry* largest = nullptr);
  /// Rows of one tensor come one after another.
  void keep_row(const Discrepancy& entry);

  bool subtracts_;
  Scalar scalar_;
  double share_of_drift_ = 0.0;
  int entries_ = 0;
  Finding finding_;
  std::vector<JudgedTensor> judged_;
  Discrepancy held_;            ///< the tensor that is being held, for its rows
  bool worst_is_held_ = false;  ///< the finding's worst entry is one of them
};

}  // namespace slim::properties
