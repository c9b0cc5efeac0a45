#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

#include <cctype>
#include <limits>

namespace slim::properties::laws {
namespace {

/// An argument spoiled, and the word that a refusal has to contain.
struct Spoiling {
  const char* what;
  const char* argument;
  void (*spoil)(AttentionInputs<double>& inputs);
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

constexpr std::array<Spoiling, 11> spoilings = {{
    {"keys a row longer than queries", "k",
     [](AttentionInputs<double>& inputs) { with_another_row(inputs.k); }},
    {"values a row longer than keys", "v",
     [](AttentionInputs<double>& inputs) { with_another_row(inputs.v); }},
    {"values of another batch", "v",
     [](AttentionInputs<double>& inputs) {
       HeadsSizes sizes = inputs.v.sizes();
       ++sizes.batch;
       resized(inputs.v, sizes);
     }},
    {"a cotangent a row longer than the output", "out_cotangent",
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
    {"slices of no row", "slice_length",
     [](AttentionInputs<double>& inputs) { inputs.slice_length = 0; }},
    {"an epsilon that is no number", "epsilon",
     [](AttentionInputs<double>& inputs) {
       inputs.conventions.epsilon = std::numeric_limits<double>::quiet_NaN();
     }},
    {"a projection where there is none, or none where there is one", "omega",
     [](AttentionInputs<double>& inputs) {
       const HeadsSizes none;
       const HeadsSizes one{.batch = 1, .heads = 1, .rows = 1, .cols = 1};
       resized(inputs.omega, inputs.omega.empty() ? one : none);
     }},
}};

/// Whether the argument is in there as a word.
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

/// Throws SubjectError unless the subject throws, and names the argument.
void require_refused(const Subject& subject, Scalar scalar, AttentionInputs<double> inputs,
                     const Spoiling& spoiling) {
  spoiling.spoil(inputs);
  try {
    ask(subject, scalar, inputs);
  } catch (const SubjectError& error) {
    const std::string words = error.what();
    const bool threw = error.failure() == Failure::error && words.starts_with("threw: ");
    if (threw && names(words, spoiling.argument)) return;
    throw SubjectError("did not name " + std::string(spoiling.argument) + " where it was given " +
                       spoiling.what + ": " + words);
  }
  throw SubjectError(std::string("answered to ") + spoiling.what);
}

std::string if_a_guest(const AttentionCase& /*c*/, const Subject& subject) {
  return subject.name.starts_with("foreign/")
             ? "does not claim to throw: guests are asked refuses-bad-requests"
             : "";
}

void refuses_what_does_not_fit(AttentionCase& c, const Subject& subject, Scalar scalar,
                               AttentionJudge& judge) {
  const AttentionAnswer before = ask(subject, scalar, c.given());
  for (const Spoiling& spoiling : spoilings) {
    require_refused(subject, scalar, c.given(), spoiling);
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

/// A task that does not fit together is refused, in words that name what is wrong with it.
///
/// Statement: asked with one argument spoiled (k or v of another length, a batch more, a cotangent
/// or a start state of another size, a mask too short, no rows in a slice, no thread, an ε that is
/// no number), a subject throws, its message names the argument, and the task as it was gets its
/// answer afterwards, to the bit as before. Source: the contract of AttentionTask. Generator:
/// attention_specs, every spoiled argument in turn. Tolerance: none. Asked only of subjects of this
/// process: a guest's requests are refused by refuses-bad-requests. Kills: who answers with
/// nothing, or with something.
Law refuses_bad_tasks() {
  return attention_law(
      {.name = "refuses-bad-tasks",
       .statement = "a task with one argument spoiled is refused, its name in the message, and the "
                    "next one answered as before",
       .source = "the contract of the task",
       .generator = "as attention-agrees; sizes, mask, slice length, epsilon, projection spoiled",
       .tolerance = "none",
       .kills = {"mutant/bad-task-answered-with-nothing", "mutant/refusal-without-a-name"},
       .one_in_digits50 = 3,
       .draw = {},
       .load = {}},
      {.repair = as_drawn,
       .fits = fits_always,
       .check = refuses_what_does_not_fit,
       .beyond_claims = if_a_guest});
}

}  // namespace slim::properties::laws
