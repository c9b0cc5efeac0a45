// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

#include <cctype>
#include <limits>

namespace slim::properties::laws {
namespace {

/// An invalid argument, and the name that the error message has to contain.
struct InvalidArgument {
  const char* what;
  const char* argument;
  void (*make)(AttentionInputs<double>& inputs);
};

void resized(Heads<double>& heads, HeadsSizes sizes) {
  heads.resize(sizes, MemoryTag::parameters);
}

void with_another_row(Heads<double>& heads) {
  HeadsSizes sizes = heads.sizes();
  ++sizes.rows;
  resized(heads, sizes);
}

HeadsSizes state_sizes_of(const AttentionInputs<double>& inputs) {
  return inputs.task().state_sizes();
}

constexpr std::array<InvalidArgument, 11> invalid_arguments = {{
    {"keys that are one row longer than queries", "k",
     [](AttentionInputs<double>& inputs) { with_another_row(inputs.k); }},
    {"values that are one row longer than keys", "v",
     [](AttentionInputs<double>& inputs) { with_another_row(inputs.v); }},
    {"values of another batch", "v",
     [](AttentionInputs<double>& inputs) {
       HeadsSizes sizes = inputs.v.sizes();
       ++sizes.batch;
       resized(inputs.v, sizes);
     }},
    {"a cotangent that is one row longer than the output", "out_cotangent",
     [](AttentionInputs<double>& inputs) { with_another_row(inputs.out_cotangent); }},
    {"a start state of another width", "start",
     [](AttentionInputs<double>& inputs) {
       HeadsSizes sizes = state_sizes_of(inputs);
       ++sizes.cols;
       resized(inputs.start, sizes);
     }},
    {"an end cotangent of another width", "end_cotangent",
     [](AttentionInputs<double>& inputs) {
       HeadsSizes sizes = state_sizes_of(inputs);
       ++sizes.cols;
       resized(inputs.end_cotangent, sizes);
     }},
    {"a mask that is too long", "key_mask",
     [](AttentionInputs<double>& inputs) {
       const HeadsSizes sizes = inputs.k.sizes();
       inputs.key_mask.assign(static_cast<std::size_t>(sizes.batch * sizes.rows) + 1, 1);
     }},
    {"a mask with an entry of 2", "key_mask",
     [](AttentionInputs<double>& inputs) {
       const HeadsSizes sizes = inputs.k.sizes();
       inputs.key_mask.assign(static_cast<std::size_t>(sizes.batch * sizes.rows), 2);
     }},
    {"slices of 0 rows", "slice_length",
     [](AttentionInputs<double>& inputs) { inputs.slice_length = 0; }},
    {"an epsilon that is NaN", "epsilon",
     [](AttentionInputs<double>& inputs) {
       inputs.conventions.epsilons[EpsilonPlace::denominator] =
           std::numeric_limits<double>::quiet_NaN();
     }},
    {"a projection for a map without one, or no projection for a map that needs it", "omega",
     [](AttentionInputs<double>& inputs) {
       const HeadsSizes none;
       const HeadsSizes one{.batch = 1, .heads = 1, .rows = 1, .cols = 1};
       resized(inputs.omega, inputs.omega.empty() ? one : none);
     }},
}};

/// Whether `words` contains the argument as a whole word.
bool names(const std::string& words, const std::string& argument) {
  const auto is_of_a_name = [&](std::size_t at) {
    return at < words.size() &&
           (std::isalnum(static_cast<unsigned char>(words[at])) != 0 || words[at] == '_');
  };
  for (std::size_t at = words.find(argument); at != std::string::npos;
       at = words.find(argument, at + 1)) {
    if (!(at > 0 && is_of_a_name(at - 1)) && !is_of_a_name(at + argument.size())) return true;
  }
  return false;
}

/// Throws SubjectError unless the subject throws and its message names the argument.
void require_rejected(const Subject& subject, Scalar scalar, AttentionInputs<double> inputs,
                      const InvalidArgument& invalid) {
  invalid.make(inputs);
  try {
    ask(subject, scalar, inputs);
  } catch (const SubjectError& error) {
    const std::string words = error.what();
    const bool threw = error.failure() == Failure::error && words.starts_with("threw: ");
    if (threw && names(words, invalid.argument)) return;
    throw SubjectError("did not name " + std::string(invalid.argument) +
                       " when it rejected a task with " + invalid.what + ": " + words);
  }
  throw SubjectError(std::string("accepted a task with ") + invalid.what);
}

std::string if_third_party(const AttentionCase& /*c*/, const Subject& subject) {
  return subject.name.starts_with("foreign/")
             ? "to throw: third-party subjects run refuses-bad-requests instead"
             : "";
}

void rejects_invalid_tasks(AttentionCase& c, const Subject& subject, Scalar scalar,
                           AttentionJudge& judge) {
  const AttentionAnswer before = ask(subject, scalar, c.given());
  for (const InvalidArgument& invalid : invalid_arguments) {
    require_rejected(subject, scalar, c.given(), invalid);
  }
  const AttentionAnswer after = ask(subject, scalar, c.given());
  const bool exactly = gives_same_bits(subject);
  for (const AttentionArray array : all_attention_arrays) {
    judge.hold(std::string(name(array)) + " after refusals", array_of(after, array),
               array_of(before, array), [&](std::size_t place) {
                 return exactly ? Band() : 2.0 * c.whole.band(scalar, array, place);
               });
  }
}

}  // namespace

/// An inconsistent task is rejected with a message that names the invalid argument.
///
/// Statement: if one argument is invalid (k or v of another length or batch, a cotangent or a state
/// of another size, a mask of another size or with an entry of 2, slices of 0 rows, an ε that is
/// NaN, a projection too many or missing), a subject throws, its message names the argument, and
/// the original task afterwards gets the same answer as before, bit for bit. Source: the contract
/// of AttentionTask. Generator: attention_specs, every invalid argument in turn. Tolerance: none.
/// Only for subjects in this process; third-party subjects run refuses-bad-requests instead. Kills:
/// subjects that return nothing, or an answer.
Law refuses_bad_tasks() {
  return attention_law(
      {.name = "refuses-bad-tasks",
       .statement =
           "a task with one invalid argument is rejected with a message that names it, and "
           "the next task gets the same answer as before",
       .source = "the contract of the task",
       .generator = "as attention-agrees, with invalid sizes, mask, slice length, epsilon or "
                    "projection",
       .tolerance = "none",
       .kills = {"mutant/bad-task-answered-with-nothing", "mutant/refusal-without-a-name"},
       .one_in_digits50 = 3,
       .draw = {},
       .load = {}},
      {.repair = as_drawn,
       .fits = fits_always,
       .check = rejects_invalid_tasks,
       .beyond_claims = if_third_party});
}

}  // namespace slim::properties::laws
