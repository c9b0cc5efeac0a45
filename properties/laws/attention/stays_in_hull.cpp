// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

#include <algorithm>

namespace slim::properties::laws {
namespace {

AttentionSpec without_a_start(AttentionSpec spec) {
  spec.has_start = false;
  return spec;
}

std::string has_no_start(const AttentionCase& c) {
  if (std::string missing = has_a_normaliser(c); !missing.empty()) return missing;
  if (!c.given().features_given &&
      !(is_nonnegative(c.given().feature_map.kind) &&
        is_nonnegative(of_side(c.given().feature_map, c.given().conventions, false).kind))) {
    return "its features must not be negative";
  }
  return c.given().start.empty() ? "" : "it must have no start state";
}

/// The smallest interval that contains 0 and the values of one column that a row sees.
struct Hull {
  Digits50 least = 0;
  Digits50 most = 0;

  void take_in(const Digits50& value) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  [[nodiscard]] Digits50 nearest_to(const Digits50& y) const {
    return y < least ? least : y > most ? most : y;
  }
};

/// A value rounded to `scalar`.
Digits50 value_in(Scalar scalar, double x) {
  if (scalar == Scalar::float16) return rounded_to<Digits50>(rounded_to<Float16>(x));
  if (scalar == Scalar::bfloat16) return rounded_to<Digits50>(rounded_to<BFloat16>(x));
  return Digits50(x);
}

/// The hulls of all rows of one column: they grow from row to row, or are all the same.
std::vector<Hull> hulls_of(const AttentionTask<double>& task, Scalar scalar, Index b, Index h,
                           Index column) {
  std::vector<Hull> hulls;
  Hull hull;
  for (Index j = 0; j < task.v.sizes.rows; ++j) {
    if (task.takes_part(b, j)) hull.take_in(value_in(scalar, task.v(b, h)(j, column)));
    hulls.push_back(hull);
  }
  if (!task.causal) std::ranges::fill(hulls, hull);
  return hulls;
}

void stays_between_values(AttentionCase& c, const Subject& subject, Scalar scalar,
                          AttentionJudge& judge) {
  const AttentionInputs<double>& given = c.given();
  const AttentionAnswer answer = ask(subject, scalar, given);
  const AttentionTask<double> task = given.task();
  const HeadsSizes sizes = given.v.sizes();
  for (Index b = 0; b < sizes.batch; ++b) {
    for (Index h = 0; h < sizes.heads; ++h) {
      const std::string tensor = named_head("out", sizes, b, h);
      for (Index column = 0; column < sizes.cols; ++column) {
        const std::vector<Hull> hulls = hulls_of(task, scalar, b, h, column);
        for (Index i = 0; i < sizes.rows; ++i) {
          const Digits50& y = answer.out(b, h)(i, column);
          const Index place = ((b * sizes.heads + h) * sizes.rows + i) * sizes.cols + column;
          judge.hold(tensor, i, y, hulls[static_cast<std::size_t>(i)].nearest_to(y),
                     c.whole.band(scalar, AttentionArray::out, static_cast<std::size_t>(place)));
        }
      }
    }
  }
}

}  // namespace

/// An output lies in the hull of 0 and the values that it averages.
///
/// Statement: without a start state, min(0, min_j v_jc) ≤ Y_ic ≤ max(0, max_j v_jc) over the keys j
/// that row i sees. Source: weights are not negative and add up to D/(D + ε) ≤ 1. Uses no
/// reference. Generator: attention_specs without a start state. Tolerance: an output may leave the
/// hull by its rounding error, γ_n Ã/D ≤ γ_n max|v|: the bands of attention_agrees. Kills: weights
/// that do not add up to 1, rows that see keys that they must not see.
Law stays_in_hull() {
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
