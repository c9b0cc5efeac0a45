// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>

namespace slim::properties::laws {
namespace {

const Digits50 difference_step("1e-14");
constexpr Index longest_sloped = 65;  ///< each check runs twice in 50 digits

AttentionSpec smooth(AttentionSpec spec) {
  if (has_kink(spec.feature_map.kind)) {
    spec.feature_map.kind = FeatureKind::elu_plus_one;
  }
  if (spec.entries == Entries::zeros || spec.entries == Entries::near_epsilon ||
      spec.entries == Entries::spread || spec.entries == Entries::integers ||
      spec.entries == Entries::far) {
    spec.entries = Entries::normal;
  }
  if (spec.mask != KeyMask::none) spec.has_start = true;
  spec.length = std::min(spec.length, longest_sloped);
  return spec;
}

std::string is_smooth(const AttentionCase& c) {
  return c.given().features_given || !has_kink(c.given().feature_map.kind)
             ? ""
             : "its feature map must be smooth";
}

/// A direction in all inputs that have a gradient; `start` is empty if there is no start state.
struct Direction {
  Heads<Digits50> q;
  Heads<Digits50> k;
  Heads<Digits50> v;
  Heads<Digits50> start;
};

Heads<Digits50> like(const Heads<Digits50>& of, const char* array) {
  Heads<Digits50> along(of.sizes(), MemoryTag::parameters);
  const Random random(6, stream_named(array));
  std::uint64_t place = 0;
  for (Digits50& x : along.values()) x = random.normal(place++);
  return along;
}

Direction direction_for(const AttentionInputs<Digits50>& at) {
  return {.q = like(at.q, "dq"),
          .k = like(at.k, "dk"),
          .v = like(at.v, "dv"),
          .start = like(at.start, "dstart")};
}

void move_along(Heads<Digits50>& heads, const Heads<Digits50>& along, const Digits50& by) {
  for (std::size_t i = 0; i < heads.values().size(); ++i) {
    heads.values()[i] += by * along.values()[i];
  }
}

AttentionInputs<Digits50> moved(AttentionInputs<Digits50> at, const Direction& direction,
                                const Digits50& by) {
  move_along(at.q, direction.q, by);
  move_along(at.k, direction.k, by);
  move_along(at.v, direction.v, by);
  move_along(at.start, direction.start, by);
  at.wants_pullback = false;
  at.out_cotangent = {};
  at.end_cotangent = {};
  return at;
}

/// ⟨a, b⟩, or 0 if b is empty.
Digits50 inner(const Heads<Digits50>& a, const Heads<Digits50>& b) {
  Digits50 sum = 0;
  for (std::size_t i = 0; i < b.values().size(); ++i) sum += a.values()[i] * b.values()[i];
  return sum;
}

std::string unless_in_digits50(const AttentionCase& /*c*/, const Subject& subject) {
  const bool offers = subject.attention.offers(Scalar::digits50) && subject.capabilities.pullback;
  return offers ? "" : "a pullback in 50 digits";
}

void is_its_own_adjoint(AttentionCase& c, const Subject& subject, Scalar scalar,
                        AttentionJudge& judge) {
  const AttentionInputs<Digits50> at = c.whole.exact(scalar);
  const Direction direction = direction_for(at);
  const AttentionAnswer ahead =
      ask(subject, Scalar::digits50, moved(at, direction, difference_step));
  const AttentionAnswer behind =
      ask(subject, Scalar::digits50, moved(at, direction, Digits50(-difference_step)));
  const AttentionAnswer answer = ask(subject, scalar, c.given());
  const Digits50 slope =
      (inner(ahead.out, at.out_cotangent) - inner(behind.out, at.out_cotangent) +
       inner(ahead.end, at.end_cotangent) - inner(behind.end, at.end_cotangent)) /
      (2 * difference_step);
  Digits50 pulled = 0;
  Digits50 size = 0;
  Band allowed;
  const auto add = [&](AttentionArray array, const Heads<Digits50>& along) {
    const std::span<const Digits50> gradient = array_of(answer, array).values();
    for (std::size_t i = 0; i < along.values().size(); ++i) {
      const Digits50& dx = along.values()[i];
      pulled += gradient[i] * dx;
      size += abs(Digits50(gradient[i] * dx));
      allowed = allowed + to_double(Digits50(abs(dx))) * c.whole.band(scalar, array, i);
    }
  };
  add(AttentionArray::dq, direction.q);
  add(AttentionArray::dk, direction.k);
  add(AttentionArray::dv, direction.v);
  add(AttentionArray::start_gradient, direction.start);
  judge.hold("slope", 0, pulled, slope, allowed + flat_band(1e-20 * (1.0 + to_double(size))));
}

}  // namespace

/// The pullback is the adjoint of the subject's own derivative.
///
/// Statement: ⟨dY, J dx⟩ + ⟨G, J dx⟩ = ⟨d.q, dq⟩ + ⟨d.k, dk⟩ + ⟨d.v, dv⟩ + ⟨d.initial, dRS⟩ for a
/// direction dx = (dq, dk, dv, dRS), with J dx the slope of output and end state along it. Uses no
/// reference: the slope is the subject's, in 50 digits, by a central difference of step h = 1e-14,
/// which is off by h² times the third derivative, here below 1e-20 of the gauge. Source: the
/// definition of a gradient. Generator: attention_specs with smooth maps, entries that keep
/// denominators away from 0, no key without weight. Tolerance: Σ |dx| b over the pullback's
/// entries, b their bands, and 1e-20 of Σ |dx| times the answer. Kills: gradients that are not
/// those of the subject's own output.
Law pullback_adjoint() {
  return attention_law(
      {.name = "pullback-adjoint",
       .statement = "the pullback along a direction is the subject's own slope along it",
       .source = "the definition of a gradient",
       .generator = "as attention-agrees, smooth maps, denominators away from 0",
       .tolerance =
           "Σ |dx| times the bands of the pullback, plus 1e-20 for the difference quotient",
       .kills = {"mutant/slope-of-map-left-out", "mutant/denominator-gradient-added",
                 "mutant/start-gradient-missing"},
       .draw = {},
       .load = {}},
      {.repair = smooth,
       .fits = is_smooth,
       .check = is_its_own_adjoint,
       .beyond_claims = unless_in_digits50});
}

}  // namespace slim::properties::laws
