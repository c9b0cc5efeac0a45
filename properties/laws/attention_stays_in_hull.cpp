#include "properties/laws/attention_stays_in_hull.hpp"

#include "properties/laws/attention_law.hpp"

namespace slim::properties::laws {
namespace {

AttentionSpec without_a_start(AttentionSpec spec) {
  spec.has_start = false;
  return spec;
}

std::string has_no_start(const AttentionCase& c) {
  return c.given().start.empty() ? "" : "it has no start state";
}

struct Hull {
  Digits50 least = 0;
  Digits50 most = 0;
};

/// Where an entry of the output stands.
struct OutputPlace {
  Index b;
  Index h;
  Index i;
  Index column;
};

/// A value as `scalar` has it.
Digits50 value_in(Scalar scalar, double x) {
  if (scalar == Scalar::float16) return rounded_to<Digits50>(rounded_to<Float16>(x));
  if (scalar == Scalar::bfloat16) return rounded_to<Digits50>(rounded_to<BFloat16>(x));
  return Digits50(x);
}

Hull hull_of(const AttentionTask<double>& task, Scalar scalar, const OutputPlace& at) {
  Hull hull;
  for (Index j = 0; j < task.v.sizes.rows; ++j) {
    if ((task.causal && j > at.i) || !task.takes_part(at.b, j)) continue;
    const Digits50 value = value_in(scalar, task.v(at.b, at.h)(j, at.column));
    if (value < hull.least) hull.least = value;
    if (value > hull.most) hull.most = value;
  }
  return hull;
}

void stays_between_values(AttentionCase& c, const Subject& subject, Scalar scalar,
                          AttentionJudge& judge) {
  const AttentionInputs<double>& given = c.given();
  const AttentionAnswer answer = ask(subject, scalar, given);
  const AttentionTask<double> task = given.task();
  const HeadsSizes sizes = given.v.sizes();
  std::size_t place = 0;
  for (Index b = 0; b < sizes.batch; ++b) {
    for (Index h = 0; h < sizes.heads; ++h) {
      for (Index i = 0; i < sizes.rows; ++i) {
        for (Index column = 0; column < sizes.cols; ++column, ++place) {
          const Hull hull = hull_of(task, scalar, {b, h, i, column});
          const Digits50& y = answer.out.values()[place];
          const Digits50 nearest = y < hull.least ? hull.least : y > hull.most ? hull.most : y;
          judge.hold(named_head("out", sizes, b, h), i, y, nearest,
                     c.whole.band(scalar, AttentionArray::out, place));
        }
      }
    }
  }
}

}  // namespace

Law attention_stays_in_hull() {
  return attention_law(
      {.name = "stays-in-hull",
       .statement = "an output lies between 0 and the values that its row sees",
       .source = "weights are not negative and add up to D/(D + ε)",
       .generator = "as attention-agrees, without a start state",
       .tolerance = "the output's rounding error, at most γ_n max|v|",
       .kills = {"mutant/not-normalised", "mutant/own-slice-whole", "mutant/mask-ignored"},
       .draw = {},
       .load = {}},
      {.repair = without_a_start, .fits = has_no_start, .check = stays_between_values});
}

}  // namespace slim::properties::laws
