#include "properties/catalogue.hpp"
#include "properties/laws/gradient/gradient_law.hpp"
#include "properties/laws/laws.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace slim::properties::laws {
namespace {

/// 2 n u of a sum of n terms that are not negative, the losses of all rows: added in two orders.
double rounding_of_a_sum(const Digits50& loss, Scalar scalar, const Sequences& sequences) {
  const auto n = static_cast<double>(sequences.batch() * sequences.length() + 1);
  return 2.0 * n * unit_roundoff(scalar) * std::abs(to_double(loss));
}

/// Another task, asked in between.
GradientCase in_reverse_order(GradientCase c) {
  for (Index b = 0; b < c.sequences.batch(); ++b) std::ranges::reverse(c.sequences.tokens(b));
  return c;
}

/// On how many threads it is asked again: two for one case in three, since threads that wait for
/// each other where all cores are busy take as long as all else.
int threads_for(const GradientCase& c) {
  std::int64_t of_tokens = 0;
  for (const std::int32_t token : c.sequences.tokens(0)) of_tokens += token;
  return of_tokens % 3 == 0 ? 2 : 1;
}

/// With no error allowed in any row of the logits that there are.
GradientBounds exact_logits(GradientBounds bounds, const GradientAnswer& of) {
  bounds.logits.assign(static_cast<std::size_t>(of.logits.rows()), 0.0);
  return bounds;
}

/// The row in which two answers' logits are furthest apart.
Discrepancy logits_apart(const GradientAnswer& one, const GradientAnswer& other) {
  Discrepancy worst{.tensor = "logits"};
  for (Index row = 0; row < one.logits.rows(); ++row) {
    const double error =
        to_double((one.logits.row(row) - other.logits.row(row)).cwiseAbs().maxCoeff());
    if (error > worst.error) worst.row = row, worst.error = error;
  }
  return worst;
}

/// The first call's answer, which another task got.
struct OfAnother {
  Discrepancy worst;  ///< how far the two should be apart
  const char* note;
};

/// Where the gradient for `c`, or its logits, are another task's to the bit, and the reference's
/// two are so far apart that no rounding makes them one.
std::optional<OfAnother> taken_from_another(const GradientAnswer& answer,
                                            const GradientAnswer& of_another, const GradientCase& c,
                                            const GradientCase& another) {
  constexpr double apart = 1.0 / 16.0;  // of the largest entry
  const bool same_gradient =
      std::ranges::equal(answer.gradient.values(), of_another.gradient.values());
  const bool same_logits = answer.logits.size() > 0 && answer.logits == of_another.logits;
  if (!same_gradient && !same_logits) return std::nullopt;
  const Segment segment{.wants_logits = same_logits};
  const GradientAnswer right = ask(reference_subject(), Scalar::float64, c, segment);
  const GradientAnswer other = ask(reference_subject(), Scalar::float64, another, segment);
  if (same_gradient) {
    const Discrepancy wanted = worst_discrepancy(
        other, right, uniform_bounds(c.model, std::numeric_limits<double>::max(), 0.0));
    if (wanted.tensor != "loss" && wanted.error > apart * largest_entry(right.gradient)) {
      return OfAnother{wanted,
                       "the tokens in reverse get the gradient of the call before, to the bit"};
    }
  }
  if (same_logits) {
    const Discrepancy wanted = logits_apart(other, right);
    if (wanted.error > apart * to_double(right.logits.cwiseAbs().maxCoeff())) {
      return OfAnother{wanted,
                       "the tokens in reverse get the logits of the call before, to the bit"};
    }
  }
  return std::nullopt;
}

/// A large task, many times: threads that lose an update do so once in many calls. The first answer
/// that is not the first one's is kept.
Discrepancy apart_in_many_calls(const GradientCase& c, const GradientBounds& bounds,
                                const Subject& subject, Scalar scalar) {
  constexpr int times =
      15;  // of nine cases: an update lost once in 20 calls shows in 0.999 of runs
  const Segment segment{.threads = threads_for(c)};
  const GradientAnswer first = ask(subject, scalar, c, segment);
  Discrepancy worst = worst_discrepancy(first, first, bounds);
  for (int again = 1; again < times; ++again) {
    Discrepancy apart = worst_discrepancy(ask(subject, scalar, c, segment), first, bounds);
    if (worse(apart, worst)) worst = std::move(apart);
  }
  worst.tensor += " asked again";
  return worst;
}

Finding gives_the_same_answer_again(GradientEvidence& evidence, const Subject& subject,
                                    Scalar scalar) {
  if (std::optional<Finding> excuse = excused(subject, scalar, evidence)) return *excuse;
  if (!subject.capabilities.deterministic) {
    if (std::string reason = evidence.unusable(scalar); !reason.empty()) return skipped(reason);
  }
  const bool with_logits = evidence.with_logits() && subject.capabilities.logits;
  std::string note;
  Finding finding = judge(subject, scalar, evidence, [&](Scalar in, const GradientBounds& allowed) {
    const GradientCase& c = evidence.given();
    if (c.sequences.length() >= least_large_length) {
      GradientBounds bounds = subject.capabilities.deterministic ? uniform_bounds(c.model, 0.0, 0.0)
                                                                 : scaled(allowed, 2.0);
      bounds.logits.clear();  // which are not asked for
      return apart_in_many_calls(c, bounds, subject, in);
    }
    const GradientAnswer first = ask(subject, in, c, {.wants_logits = with_logits});
    const GradientCase reversed = in_reverse_order(c);
    const GradientAnswer of_reversed = ask(subject, in, reversed, {.wants_logits = with_logits});
    if (const auto taken = taken_from_another(of_reversed, first, reversed, c)) {
      note = taken->note;
      return taken->worst;
    }
    GradientBounds bounds = subject.capabilities.deterministic
                                ? exact_logits(uniform_bounds(c.model, 0.0, 0.0), first)
                                : scaled(allowed, 2.0);
    if (!with_logits) bounds.logits.clear();
    Discrepancy worst = worst_discrepancy(
        ask(subject, in, c, {.wants_logits = with_logits, .threads = threads_for(c)}), first,
        bounds);
    if (!subject.capabilities.chooses_first_sweep) return worst;
    GradientBounds but_for_the_loss = bounds;
    but_for_the_loss.loss += rounding_of_a_sum(first.loss, in, c.sequences);
    // The lazy sweep adds up losses on its way down, from sums that were recovered.
    if (subject.capabilities.subtracting) but_for_the_loss.loss += 2.0 * allowed.loss;
    but_for_the_loss.logits.clear();  // likewise
    const Discrepancy swept = worst_discrepancy(
        ask(subject, in, c, {.first_sweep = FirstSweep::plain}), first, but_for_the_loss);
    return worse(swept, worst) ? swept : worst;
  });
  if (!note.empty()) finding.note = note;
  return finding;
}

}  // namespace

/// A gradient depends on its arguments alone.
///
/// Statement: asked for A, then for a B with its tokens in reverse, then for A again, in one case
/// of three on two threads, a subject gives the same answer to A, of odd lengths logits included;
/// so it does by the plain first sweep, if it has the choice; and B's gradient and logits are not
/// A's. Source: a gradient is a function; `threads` and `first_sweep`
/// change no bit of it. Generator: gradient_specs. Tolerance: 0 for a deterministic subject, else
/// twice the bound of gradient_agrees; but the plain sweep adds the losses of rows in another
/// order, n of them that are not negative, so that its loss may be off by 2 n u, and from sums that
/// the lazy one recovers, so that for who subtracts twice the bound of gradient_agrees is added.
/// Kills: projections redrawn at each call, states that outlive it, options that are accepted
/// and do not run.
Law gradient_calls_independent() {
  return gradient_law(
      {.name = "gradient-calls-independent",
       .statement = "the same task gives the same answer again, after another one, on two threads, "
                    "and by either first sweep; and the other one gets its own",
       .source = "a gradient is a function; the options of a task change no bit of it",
       .generator = "as gradient-agrees, logits of odd lengths too; in between the tokens in "
                    "reverse, in one "
                    "case of three two threads",
       .tolerance =
           "0 for who is deterministic, else twice the bound of gradient-agrees; the loss "
           "of the plain sweep, which is added in another order, 2 n u of it, and twice "
           "the bound of gradient-agrees more for who subtracts; another task's answer "
           "to the bit is wrong where the reference's differ by a sixteenth of the largest",
       .kills = {"mutant/model-projection-redrawn"},
       .one_in_digits50 = 7,
       .draw = {},
       .load = {}},
      {.check = gives_the_same_answer_again,
       .needs_room_at_kinks = false,
       .compares_logits = true,
       .sizes = GradientLawParts::Sizes::large_cases});
}

}  // namespace slim::properties::laws
