// SPDX-License-Identifier: Apache-2.0
#include "properties/catalogue.hpp"
#include "properties/laws/gradient/gradient_law.hpp"
#include "properties/laws/laws.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace slim::properties::laws {
namespace {

/// 2 n u of the sum of n non-negative terms, the losses of all rows, added in two orders.
double rounding_of_a_sum(const Digits50& loss, Scalar scalar, const Sequences& sequences) {
  const auto n = static_cast<double>(sequences.batch() * sequences.length() + 1);
  return 2.0 * n * unit_roundoff(scalar) * std::abs(to_double(loss));
}

/// Another task to run in between.
GradientCase in_reverse_order(GradientCase c) {
  for (Index b = 0; b < c.sequences.batch(); ++b) std::ranges::reverse(c.sequences.tokens(b));
  return c;
}

/// The number of threads of the second run: two for one case in three, since threads that wait for
/// each other while all cores are busy take as long as everything else.
int threads_for(const GradientCase& c) {
  std::int64_t of_tokens = 0;
  for (const std::int32_t token : c.sequences.tokens(0)) of_tokens += token;
  return of_tokens % 3 == 0 ? 2 : 1;
}

/// Adds a bound of 0 for every row of the logits.
GradientBounds exact_logits(GradientBounds bounds, const GradientAnswer& of) {
  bounds.logits.assign(static_cast<std::size_t>(of.logits.rows()), 0.0);
  return bounds;
}

/// The row in which the logits of two answers differ most.
Discrepancy logits_apart(const GradientAnswer& one, const GradientAnswer& other) {
  Discrepancy worst{.tensor = "logits"};
  for (Index row = 0; row < one.logits.rows(); ++row) {
    const double error =
        to_double((one.logits.row(row) - other.logits.row(row)).cwiseAbs().maxCoeff());
    if (error > worst.error) worst.row = row, worst.error = error;
  }
  return worst;
}

/// An answer that is that of another task.
struct OfAnother {
  Discrepancy worst;  ///< by how much the two answers should differ
  const char* note;
};

/// Whether the gradient or the logits for `c` are those of another task, bit for bit, although the
/// reference's answers to the two tasks differ by more than any rounding. Zeros say nothing.
std::optional<OfAnother> taken_from_another(const GradientAnswer& answer,
                                            const GradientAnswer& of_another, const GradientCase& c,
                                            const GradientCase& another) {
  constexpr double apart = 1.0 / 16.0;  // of the largest entry
  const bool same_gradient =
      largest_entry(answer.gradient) > 0.0 &&
      std::ranges::equal(answer.gradient.values(), of_another.gradient.values());
  const bool same_logits =
      answer.logits.size() > 0 && !answer.logits.isZero(0) && answer.logits == of_another.logits;
  if (!same_gradient && !same_logits) return std::nullopt;
  const Segment segment{.wants_logits = same_logits};
  const GradientAnswer right = ask(reference_subject(), Scalar::float64, c, segment);
  const GradientAnswer other = ask(reference_subject(), Scalar::float64, another, segment);
  if (same_gradient) {
    const Discrepancy wanted = worst_discrepancy(
        other, right, uniform_bounds(c.model, std::numeric_limits<double>::max(), 0.0));
    if (wanted.tensor != "loss" && wanted.error > apart * largest_entry(right.gradient)) {
      return OfAnother{wanted,
                       "gives the reversed tokens the gradient of the previous call, bit for bit"};
    }
  }
  if (same_logits) {
    const Discrepancy wanted = logits_apart(other, right);
    if (wanted.error > apart * to_double(right.logits.cwiseAbs().maxCoeff())) {
      return OfAnother{wanted,
                       "gives the reversed tokens the logits of the previous call, bit for bit"};
    }
  }
  return std::nullopt;
}

/// Runs a large task many times, since a race between threads may show only once in many calls.
Discrepancy apart_in_many_calls(const GradientCase& c, const GradientBounds& bounds,
                                const Subject& subject, Scalar scalar) {
  constexpr int times =
      15;  // in nine cases: an update lost once in 20 calls shows with probability 0.999
  const Segment segment{.threads = threads_for(c)};
  const GradientAnswer first = ask(subject, scalar, c, segment);
  Discrepancy worst = worst_discrepancy(first, first, bounds);
  for (int again = 1; again < times; ++again) {
    Discrepancy apart = worst_discrepancy(ask(subject, scalar, c, segment), first, bounds);
    if (worse(apart, worst)) worst = std::move(apart);
  }
  worst.tensor += repeated_call;
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
      bounds.logits.clear();  // not requested
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
    // The lazy sweep adds up losses in the backward sweep, from recovered sums.
    if (subject.capabilities.subtracting) but_for_the_loss.loss += 2.0 * allowed.loss;
    but_for_the_loss.logits.clear();  // not requested
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
/// Statement: run A, then B with A's tokens reversed, then A again, in one case of three on two
/// threads. Both answers to A are the same (with logits if the length is odd), also with the plain
/// first sweep if the subject offers it, and B's gradient and logits are not A's. Source: a
/// gradient is a function; `threads` and `first_sweep` do not change it. Generator: gradient_specs.
/// Tolerance: 0 for a deterministic subject, else twice the bound of gradient_agrees. The plain
/// sweep adds the n non-negative losses of rows in another order, so its loss may be off by 2 n u;
/// the lazy one adds them from recovered sums, so for subjects that subtract, twice the bound of
/// gradient_agrees is added. Kills: projections redrawn at each call, states that outlive a call,
/// options that are accepted but ignored.
Law gradient_calls_independent() {
  return gradient_law(
      {.name = "gradient-calls-independent",
       .statement = "the same task gives the same answer again after another task, on two threads, "
                    "and with either first sweep; and the other task gets its own answer",
       .source = "a gradient is a function; the options of a task do not change it",
       .generator = "as gradient-agrees, with logits of odd lengths; in between, the reversed "
                    "tokens; in one case of three two threads",
       .tolerance =
           "0 for deterministic subjects, else twice the bound of gradient-agrees; 2 n u for the "
           "loss of the plain sweep, which is added in another order, plus twice the bound of "
           "gradient-agrees for subjects that subtract; returning the other task's answer bit for "
           "bit is wrong if the reference's answers differ by a sixteenth of the largest entry",
       .kills = {"mutant/model-projection-redrawn"},
       .one_in_digits50 = 7,
       .draw = {},
       .load = {}},
      {.check = gives_the_same_answer_again,
       .needs_room_at_kinks = false,
       .compares_logits = true,
       .sizes = DesignedCases::large});
}

}  // namespace slim::properties::laws
