// SPDX-License-Identifier: Apache-2.0
#include "properties/catalogue.hpp"
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>
#include <bit>
#include <optional>

namespace slim::properties::laws {
namespace {

constexpr const char* answer_of_previous_call =
    "gives another task of the same shape the answer of the previous call, bit for bit";

/// In what the task in between differs.
enum class Turn { everything, mask, projection, start, out_cotangent, end_cotangent };

/// Keeps key sums non-negative.
void change_start(AttentionInputs<double>& inputs) {
  Heads<double>& start = inputs.start;
  const HeadsSizes& n = start.sizes();
  for (double& x : start.values()) x *= -2.0;
  for (Index b = 0; b < n.batch; ++b) {
    for (Index h = 0; h < n.heads; ++h) start(b, h).row(n.rows - 1) *= -1.0;
  }
}

/// Reverses the mask, or inverts a mask that is its own reverse. Queries of masked keys that are
/// absent stay so.
void change_mask(AttentionInputs<double>& inputs) {
  std::vector<std::uint8_t>& mask = inputs.key_mask;
  const std::vector<std::uint8_t> before = mask;
  std::ranges::reverse(mask);
  if (mask == before) {
    for (std::uint8_t& part : mask) part = part == 0 ? 1 : 0;
  }
  if (inputs.query_mask == before) inputs.query_mask = mask;
}

void reverse_and_negate(Heads<double>& heads) {
  std::ranges::reverse(heads.values());
  for (double& x : heads.values()) x = -x;
}

/// Another task of the same shape.
AttentionInputs<double> changed_in(Turn what, AttentionInputs<double> inputs) {
  switch (what) {
    case Turn::everything:
      for (Heads<double>* heads : {&inputs.q, &inputs.k, &inputs.v, &inputs.omega,
                                   &inputs.out_cotangent, &inputs.end_cotangent}) {
        std::ranges::reverse(heads->values());
      }
      std::ranges::reverse(inputs.key_mask);
      std::ranges::reverse(inputs.query_mask);
      change_start(inputs);
      break;
    case Turn::mask:
      change_mask(inputs);
      break;
    case Turn::projection:
      reverse_and_negate(inputs.omega);
      break;
    case Turn::start:
      change_start(inputs);
      break;
    case Turn::out_cotangent:
      reverse_and_negate(inputs.out_cotangent);
      break;
    case Turn::end_cotangent:
      reverse_and_negate(inputs.end_cotangent);
      break;
  }
  return inputs;
}

/// Chosen by the numbers of the case, so that a case from a file gives the same. The projection is
/// chosen more often, since few cases have one.
Turn turn_of(const AttentionInputs<double>& inputs) {
  std::vector<Turn> turns = {Turn::everything};
  const auto add = [&](bool has_one, Turn what) {
    if (has_one) turns.push_back(what);
  };
  add(!inputs.key_mask.empty(), Turn::mask);
  add(!inputs.start.empty(), Turn::start);
  add(!inputs.out_cotangent.empty(), Turn::out_cotangent);
  add(!inputs.end_cotangent.empty(), Turn::end_cotangent);
  if (!inputs.omega.empty()) turns.insert(turns.end(), turns.size(), Turn::projection);
  const auto seed = std::bit_cast<std::uint64_t>(inputs.v.values().front());
  return turns[Random(seed, stream_named("turn")).below(turns.size(), 0)];
}

double largest_of(const Heads<Digits50>& heads) {
  double largest = 0.0;
  for (const Digits50& x : heads.values()) largest = std::max(largest, std::abs(to_double(x)));
  return largest;
}

/// A task and the answer to it.
struct TaskAnswered {
  AttentionEvidence& evidence;
  const AttentionAnswer& answer;
};

/// Whether two answers are equal bit for bit; zeros say nothing, since a fault may lose all terms.
bool is_the_same(const AttentionAnswer& answer, const AttentionAnswer& other,
                 AttentionArray array) {
  const Heads<Digits50>& one = array_of(answer, array);
  return largest_of(one) > 0.0 && std::ranges::equal(one.values(), array_of(other, array).values());
}

/// Where the answers to two tasks must differ in an array, and by how much: the reference's answers
/// in float64 differ by more than a sixteenth of the largest entry, and the truths by more than
/// both bands.
std::optional<Discrepancy> required_difference(const TaskAnswered& task, const TaskAnswered& other,
                                               AttentionArray array, const Subject& subject,
                                               Scalar scalar) {
  constexpr double share = 1.0 / 16.0;  // of the largest entry
  const bool subtracts = subject.capabilities.subtracting || subject.capabilities.subtracting_wide;
  const auto of_reference = [array](const TaskAnswered& of) {
    return array_of(ask(reference_subject(), Scalar::float64, of.evidence.given()), array);
  };
  const Heads<Digits50> here = of_reference(task);
  const Heads<Digits50> there = of_reference(other);
  const double least = share * largest_of(here);
  const HeadsSizes& n = here.sizes();
  std::optional<Discrepancy> worst;
  for (std::size_t place = 0; place < here.values().size(); ++place) {
    const Digits50 apart = here.values()[place] - there.values()[place];
    if (!(std::abs(to_double(apart)) > least)) continue;
    const Digits50 required = array_of(task.evidence.truth(scalar), array).values()[place] -
                              array_of(other.evidence.truth(scalar), array).values()[place];
    const Band band =
        task.evidence.band(scalar, array, place) + other.evidence.band(scalar, array, place);
    const double error = std::abs(to_double(required));
    if (!(error > (subtracts ? band.drift : band.suspect))) continue;
    const Index row = static_cast<Index>(place) / n.cols;
    const Index head = row / n.rows;
    const Discrepancy candidate{
        .tensor = named_head(std::string(name(array)), n, head / n.heads, head % n.heads) +
                  " of another task",
        .row = row % n.rows,
        .error = error,
        .bound = band.pass};
    if (!worst || worse(candidate, *worst)) worst = candidate;
  }
  return worst;
}

/// Runs a large task many times, since a race between threads may show only once in many calls.
void gives_the_same_answer_each_time(AttentionCase& c, const Subject& subject, Scalar scalar,
                                     AttentionJudge& judge) {
  constexpr int times =
      15;  // in nine cases: an update lost once in 20 calls shows with probability 0.999
  const auto answers = ask_again(subject, scalar, c.given(), times);
  const bool exactly = gives_same_bits(subject);
  for (const AttentionArray array : all_attention_arrays) {
    for (std::size_t again = 1; again < answers.size(); ++again) {
      judge.hold(std::string(name(array)).append(repeated_call), array_of(answers[again], array),
                 array_of(answers[0], array), [&](std::size_t place) {
                   return exactly ? Band() : 2.0 * c.whole.band(scalar, array, place);
                 });
    }
  }
}

void is_a_function(AttentionCase& c, const Subject& subject, Scalar scalar, AttentionJudge& judge) {
  if (c.whole.is_large(scalar)) {
    gives_the_same_answer_each_time(c, subject, scalar, judge);
    return;
  }
  AttentionEvidence& other = c.other(0, [&] { return changed_in(turn_of(c.given()), c.given()); });
  if (!other.unusable(scalar).empty()) return;
  if (subject.capabilities.subtracting && other.subtraction_decides(scalar)) return;
  const std::vector<AttentionInputs<double>> tasks = {c.given(), other.given(), c.given(),
                                                      c.given()};
  const std::vector<AttentionAnswer> answers = ask_in_turn(subject, scalar, tasks);
  const AttentionAnswer alone = ask(subject, scalar, other.given());
  const bool exactly = gives_same_bits(subject);
  for (const AttentionArray array : all_attention_arrays) {
    // Fails on NaN, which would be equal in both answers.
    const Heads<Digits50>& first = array_of(answers[0], array);
    judge.hold(std::string(name(array)), first, first, [](std::size_t) { return Band(); });
  }
  for (const AttentionArray array : all_attention_arrays) {
    const std::string tensor(name(array));
    const auto band_of = [&](AttentionEvidence& evidence) {
      return [&evidence, exactly, scalar, array](std::size_t place) {
        return exactly ? Band() : 2.0 * evidence.band(scalar, array, place);
      };
    };
    for (const std::size_t again : {std::size_t{2}, std::size_t{3}}) {
      judge.hold(std::string(tensor).append(repeated_call), array_of(answers[again], array),
                 array_of(answers[0], array), band_of(c.whole));
    }
    judge.hold(tensor + " after another task", array_of(answers[1], array), array_of(alone, array),
               band_of(other));
  }
  for (const AttentionArray array : all_attention_arrays) {
    if (!is_the_same(answers[1], answers[0], array)) continue;
    const auto required =
        required_difference({other, answers[1]}, {c.whole, answers[0]}, array, subject, scalar);
    if (!required) continue;
    judge.condemn(*required, answer_of_previous_call);
    return;
  }
}

}  // namespace

/// A call depends on its arguments alone.
///
/// Statement: run task A, then B with other numbers at the same addresses, then A twice more, each
/// with the previous results still in its outputs. All answers to A are equal, and the answer to B
/// is that of B run alone. No array of B's answer, unless it is 0, equals A's bit for bit where the
/// truths of the two differ by more than both bands and by more than a sixteenth of the largest
/// entry. Outputs start as NaN, so that unwritten entries show. Source: attention is a function.
/// Generator: attention_specs; in turn, B has A's numbers, projection and mask in reverse order and
/// another start state, or differs only in the mask, the projection, the start state or one
/// cotangent. Tolerance: 0 for a deterministic subject, else twice the bands. Kills: results cached
/// by pointer or by some of the arguments, states and projections that outlive a call, gradients
/// added to the contents of the buffer, orders that change.
Law calls_independent() {
  return attention_law(
      {.name = "calls-independent",
       .statement = "the same task gives the same answer again after another task at the same "
                    "addresses, and the other task gets its own answer",
       .source = "attention is a function",
       .generator = "as attention-agrees; in between, in turn, a task with all numbers, projection "
                    "and mask in reverse order and another start state, or with only the mask, the "
                    "projection, the start state or a cotangent changed",
       .tolerance = "0 for deterministic subjects, else twice the bands; returning the other "
                    "task's answer bit for bit is wrong if the reference's answers differ by a "
                    "sixteenth of the largest entry and by more than both bands",
       .kills = {"mutant/cached-by-pointer", "mutant/state-left-from-call-before",
                 "mutant/queries-gradient-accumulated", "mutant/order-changes-from-call-to-call",
                 "mutant/projection-redrawn-at-each-call"},
       .one_in_digits50 = 3,
       .draw = {},
       .load = {}},
      {.repair = as_drawn,
       .fits = fits_always,
       .check = is_a_function,
       .sizes = DesignedCases::large});
}

}  // namespace slim::properties::laws
