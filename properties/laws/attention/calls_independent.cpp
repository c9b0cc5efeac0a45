#include "properties/catalogue.hpp"
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>
#include <bit>
#include <optional>

namespace slim::properties::laws {
namespace {

constexpr const char* another_s_answer =
    "another task of the same shape gets the answer of the call before, to the bit";

/// In what the task in between is another one.
enum class Turn { everything, mask, projection, start, out_cotangent, end_cotangent };

/// A start state's key sums stay without sign.
void change_start(AttentionInputs<double>& inputs) {
  Heads<double>& start = inputs.start;
  const HeadsSizes& n = start.sizes();
  for (double& x : start.values()) x *= -2.0;
  for (Index b = 0; b < n.batch; ++b) {
    for (Index h = 0; h < n.heads; ++h) start(b, h).row(n.rows - 1) *= -1.0;
  }
}

/// The other keys where the reverse is the same.
void change_mask(std::vector<std::uint8_t>& mask) {
  const std::vector<std::uint8_t> before = mask;
  std::ranges::reverse(mask);
  if (mask != before) return;
  for (std::uint8_t& part : mask) part = part == 0 ? 1 : 0;
}

void reverse_and_negate(Heads<double>& heads) {
  std::ranges::reverse(heads.values());
  for (double& x : heads.values()) x = -x;
}

/// Another task of the same shape, whatever it is given.
AttentionInputs<double> changed_in(Turn what, AttentionInputs<double> inputs) {
  switch (what) {
    case Turn::everything:
      for (Heads<double>* heads : {&inputs.q, &inputs.k, &inputs.v, &inputs.omega,
                                   &inputs.out_cotangent, &inputs.end_cotangent}) {
        std::ranges::reverse(heads->values());
      }
      std::ranges::reverse(inputs.key_mask);
      change_start(inputs);
      break;
    case Turn::mask:
      change_mask(inputs.key_mask);
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

/// By the case's own numbers, so that a case from a file has the same one. A projection's turn
/// comes more often, since few cases have one.
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

/// A task, and what was answered to it.
struct TaskAnswered {
  AttentionEvidence& evidence;
  const AttentionAnswer& answer;
};

bool is_the_same(const AttentionAnswer& answer, const AttentionAnswer& other,
                 AttentionArray array) {
  const Heads<Digits50>& one = array_of(answer, array);
  return !one.empty() && std::ranges::equal(one.values(), array_of(other, array).values());
}

/// Where an array of two tasks cannot be the same to the bit: the reference's in float64 are too
/// far apart, and so is the truth for both bands. How far that is.
std::optional<Discrepancy> owed_to_one_task(const TaskAnswered& task, const TaskAnswered& other,
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
    const Digits50 owed = array_of(task.evidence.truth(scalar), array).values()[place] -
                          array_of(other.evidence.truth(scalar), array).values()[place];
    const Band band =
        task.evidence.band(scalar, array, place) + other.evidence.band(scalar, array, place);
    const double error = std::abs(to_double(owed));
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

/// A large task, many times: threads that lose an update do so once in many calls.
void gives_the_same_answer_each_time(AttentionCase& c, const Subject& subject, Scalar scalar,
                                     AttentionJudge& judge) {
  constexpr int times =
      15;  // of nine cases: an update lost once in 20 calls shows in 0.999 of runs
  const auto answers = ask_again(subject, scalar, c.given(), times);
  const bool exactly = gives_same_bits(subject);
  for (const AttentionArray array : all_attention_arrays) {
    for (std::size_t again = 1; again < answers.size(); ++again) {
      judge.hold(std::string(name(array)) + " asked again", array_of(answers[again], array),
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
    // NaN twice is the same answer, and none: found before the two are compared.
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
      judge.hold(tensor + " asked again", array_of(answers[again], array),
                 array_of(answers[0], array), band_of(c.whole));
    }
    judge.hold(tensor + " after another task", array_of(answers[1], array), array_of(alone, array),
               band_of(other));
  }
  for (const AttentionArray array : all_attention_arrays) {
    if (!is_the_same(answers[1], answers[0], array)) continue;
    const auto owed =
        owed_to_one_task({other, answers[1]}, {c.whole, answers[0]}, array, subject, scalar);
    if (!owed) continue;
    judge.condemn(*owed, another_s_answer);
    return;
  }
}

}  // namespace

/// A call depends on its arguments alone.
///
/// Statement: task A, then B with other numbers at the same addresses, then A twice more, each
/// answered into what the last left: all answers to A are the same, B's is that of B asked alone,
/// and its own: no array of it is A's to the bit where the truth of the two is further apart than
/// both bands, and than a sixteenth of the largest entry.
/// What is written to starts as NaN, so that an entry left alone shows. Source: attention is a
/// function. Generator: attention_specs; by turns B has A's numbers, projection and mask in reverse
/// order and another start state, or differs in the mask, the projection, the start state or one
/// cotangent alone. Tolerance: 0 for a deterministic subject, else twice the bands. Kills: results
/// cached by pointer or by some of the arguments, states and projections that outlive a call,
/// gradients added to what the buffer held, orders that change.
Law calls_independent() {
  return attention_law(
      {.name = "calls-independent",
       .statement =
           "the same task gives the same answer again, after another one at the same place, "
           "which gets its own",
       .source = "attention is a function",
       .generator = "as attention-agrees; in between by turns a task with all numbers, projection "
                    "and mask in reverse order and another start state, or with only the mask, the "
                    "projection, the start state or a cotangent changed",
       .tolerance =
           "0 for who is deterministic, else twice the bands; another task's answer to the "
           "bit is wrong where the reference's differ by a sixteenth of the largest, and "
           "by more than both bands",
       .kills = {"mutant/cached-by-pointer", "mutant/state-left-from-call-before",
                 "mutant/queries-gradient-accumulated", "mutant/order-changes-from-call-to-call",
                 "mutant/projection-redrawn-at-each-call"},
       .one_in_digits50 = 3,
       .draw = {},
       .load = {}},
      {.repair = as_drawn,
       .fits = fits_always,
       .check = is_a_function,
       .sizes = AttentionLawParts::Sizes::large_cases});
}

}  // namespace slim::properties::laws
