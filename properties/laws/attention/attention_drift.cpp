// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_drift.hpp"

#include "reference/vocabulary/scalars/random.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::properties::laws {
namespace {

constexpr int most_neighbours = 6;
constexpr double most_change_of_share = 16.0;

template <class T>
Heads<T> rows_up_to(const Heads<T>& heads, Index rows) {
  if (heads.empty()) return {};
  HeadsSizes sizes = heads.sizes();
  sizes.rows = rows;
  Heads<T> first(sizes, MemoryTag::parameters);
  for (Index b = 0; b < sizes.batch; ++b) {
    for (Index h = 0; h < sizes.heads; ++h) first(b, h) = heads(b, h).topRows(rows);
  }
  return first;
}

/// The first `rows` rows of the case.
AttentionCase prefix_of(const AttentionCase& c, Index rows) {
  AttentionInputs<double> inputs = c.given();
  inputs.key_mask = rows_of_mask(inputs.key_mask, c.length(), 0, rows);
  inputs.query_mask = rows_of_mask(inputs.query_mask, c.length(), 0, rows);
  inputs.q = rows_up_to(inputs.q, rows);
  inputs.k = rows_up_to(inputs.k, rows);
  inputs.v = rows_up_to(inputs.v, rows);
  inputs.out_cotangent = rows_up_to(inputs.out_cotangent, rows);
  return {.whole = AttentionEvidence(std::move(inputs)),
          .cut = std::min(c.cut, std::max<Index>(1, rows - 1))};
}

/// Each array times its own factor, up to 1.1: zeros, signs and ties stay. In float64 entries have
/// all its digits, since products of float32 numbers would not be rounded.
AttentionCase neighbour_of(const AttentionCase& c, int number, Scalar scalar) {
  const Random random(static_cast<std::uint64_t>(number), stream_named("neighbours"));
  AttentionInputs<double> inputs = c.given();
  std::uint64_t place = 0;
  for (Heads<double>* heads : {&inputs.q, &inputs.k, &inputs.v, &inputs.start,
                               &inputs.out_cotangent, &inputs.end_cotangent}) {
    const double factor = 1.0 + 0.1 * random.uniform(place++);
    for (double& x : heads->values()) {
      x *= factor;
      if (scalar == Scalar::float32) x = static_cast<double>(static_cast<float>(x));
    }
  }
  return {.whole = AttentionEvidence(std::move(inputs)), .cut = c.cut};
}

bool can_be_judged(const AttentionLawParts& parts, AttentionCase& c, const Subject& subject,
                   Scalar scalar) {
  const std::string reason = parts.unusable ? parts.unusable(c, scalar) : c.whole.unusable(scalar);
  return reason.empty() && parts.fits(c).empty() && !excused(subject, scalar, c.whole);
}

bool breaks(const AttentionLawParts& parts, AttentionCase& c, const Subject& subject,
            Scalar scalar) {
  if (!can_be_judged(parts, c, subject, scalar)) return false;
  c.assume(subject.capabilities);
  AttentionJudge judge(subject, scalar);
  parts.check(c, subject, scalar, judge);
  return judge.finding().outcome == Outcome::wrong;
}

/// The largest share of drift in another scalar, over the case and as many neighbours as it takes
/// to reach `enough`; empty if none of them compares at least `entries` entries.
std::optional<double> share_in(const AttentionLawParts& parts, AttentionCase& c,
                               const Subject& subject, Scalar scalar, double enough, int entries) {
  std::optional<double> largest;
  for (int number = 0; number <= most_neighbours; ++number) {
    std::optional<AttentionCase> neighbour;
    if (number > 0) neighbour.emplace(neighbour_of(c, number, scalar));
    AttentionCase& asked = number > 0 ? *neighbour : c;
    if (!can_be_judged(parts, asked, subject, scalar)) continue;
    asked.assume(subject.capabilities);
    AttentionJudge judge(subject, scalar);
    parts.check(asked, subject, scalar, judge);
    if (judge.entries() < entries) continue;
    largest = std::max(largest.value_or(0.0), judge.share_of_drift());
    if (*largest >= enough) break;
  }
  return largest;
}

}  // namespace

Finding with_evidence_of_subtraction(const AttentionLawParts& parts, AttentionCase& c,
                                     const Subject& subject, Scalar scalar, Finding found,
                                     const AttentionJudge& judge) {
  const Index rows = found.worst.row + 1;
  if (rows < c.length()) {
    AttentionCase prefix = prefix_of(c, rows);
    if (breaks(parts, prefix, subject, scalar)) {
      found.outcome = Outcome::wrong;
      found.note = fmt::format(
          "also breaks the law on the first {} rows alone, where nothing is subtracted for the "
          "last "
          "one",
          rows);
      return found;
    }
  }
  if (scalar != Scalar::float32 && scalar != Scalar::float64) return found;
  const Scalar other = scalar == Scalar::float32 ? Scalar::float64 : Scalar::float32;
  if (!subject.attention.offers(other)) return found;
  const double share = judge.share_of_drift();
  const std::optional<double> there =
      share_in(parts, c, subject, other, share / most_change_of_share, judge.entries());
  if (!there || share <= most_change_of_share * *there) return found;
  found.outcome = Outcome::wrong;
  found.note = fmt::format(
      "the error is {:.2g} of what subtraction can lose in {}, but at most {:.2g} of it in {}: an "
      "error by subtraction is proportional to the unit roundoff",
      share, name(scalar), *there, name(other));
  return found;
}

}  // namespace slim::properties::laws
