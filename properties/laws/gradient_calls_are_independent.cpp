#include "properties/laws/gradient_calls_are_independent.hpp"

#include "properties/laws/gradient_law.hpp"

#include <algorithm>

namespace slim::properties::laws {
namespace {

Finding gives_the_same_answer_again(GradientEvidence& evidence, const Subject& subject,
                                    Scalar scalar) {
  if (std::optional<Finding> excuse = excused(subject, scalar, evidence)) return *excuse;
  if (!subject.capabilities.deterministic) {
    if (std::string reason = evidence.unusable(scalar); !reason.empty()) return skipped(reason);
  }
  return judge(subject, scalar, [&](Scalar in) {
    GradientCase between = evidence.given();
    for (Index b = 0; b < between.sequences.batch(); ++b) {
      std::ranges::reverse(between.sequences.tokens(b));
    }
    const GradientAnswer first = ask(subject, in, evidence.given());
    ask(subject, in, between);
    const GradientAnswer again = ask(subject, in, evidence.given());
    const GradientBounds bounds = subject.capabilities.deterministic
                                      ? uniform_bounds(between.model, 0.0, 0.0)
                                      : scaled(evidence.bounds(in), 2.0);
    return worst_discrepancy(again, first, bounds);
  });
}

}  // namespace

Law gradient_calls_are_independent() {
  return gradient_law(
      {.name = "gradient-calls-independent",
       .statement = "the same task gives the same answer again, after another one",
       .source = "a gradient is a function",
       .generator = "as gradient-agrees; in between the tokens in reverse",
       .tolerance = "0 for who is deterministic, else twice the bound of gradient-agrees",
       .kills = {"mutant/model-projection-redrawn"},
       .draw = {},
       .load = {}},
      {.check = gives_the_same_answer_again, .needs_room_at_kinks = false});
}

}  // namespace slim::properties::laws
