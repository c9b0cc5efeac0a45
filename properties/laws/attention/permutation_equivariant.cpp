// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

using RowOrder = std::vector<Index>;  ///< row l of the permuted array is row order[l]

AttentionSpec in_both_directions(AttentionSpec spec) {
  spec.causal = false;
  return spec;
}

std::string is_bidirectional(const AttentionCase& c) {
  return c.given().causal ? "it must be bidirectional" : "";
}

RowOrder reversed_order(Index L) {
  RowOrder order(static_cast<std::size_t>(L));
  for (Index l = 0; l < L; ++l) order[static_cast<std::size_t>(l)] = L - 1 - l;
  return order;
}

RowOrder rotated_order(Index L, Index by) {
  RowOrder order(static_cast<std::size_t>(L));
  for (Index l = 0; l < L; ++l) order[static_cast<std::size_t>(l)] = (l + by) % L;
  return order;
}

template <class T>
Heads<T> in_order(const Heads<T>& heads, const RowOrder& order) {
  Heads<T> result = heads;
  for (Index b = 0; b < heads.sizes().batch; ++b) {
    for (Index h = 0; h < heads.sizes().heads; ++h) {
      for (Index l = 0; l < heads.sizes().rows; ++l) {
        result(b, h).row(l) = heads(b, h).row(order[static_cast<std::size_t>(l)]);
      }
    }
  }
  return result;
}

std::vector<std::uint8_t> in_order(const std::vector<std::uint8_t>& mask, const RowOrder& order) {
  std::vector<std::uint8_t> result = mask;
  for (std::size_t at = 0; at < mask.size(); ++at) {
    const std::size_t l = at % order.size();
    result[at] = mask[at - l + static_cast<std::size_t>(order[l])];
  }
  return result;
}

/// With the weight of a row's own key, queries and keys are permuted alike.
RowOrder order_of_queries(const AttentionInputs<double>& inputs, Index cut) {
  const AttentionConventions& own = inputs.conventions;
  const Index L = inputs.v.sizes().rows;
  const bool has_own_keys = has_own_weight(own);
  return has_own_keys ? rotated_order(L, cut) : reversed_order(L);
}

AttentionInputs<double> permuted_rows(AttentionInputs<double> inputs, Index cut) {
  const Index L = inputs.v.sizes().rows;
  const RowOrder keys = rotated_order(L, cut);
  const RowOrder queries = order_of_queries(inputs, cut);
  inputs.q = in_order(inputs.q, queries);
  inputs.out_cotangent = in_order(inputs.out_cotangent, queries);
  inputs.k = in_order(inputs.k, keys);
  inputs.v = in_order(inputs.v, keys);
  inputs.key_mask = in_order(inputs.key_mask, keys);
  inputs.query_mask = in_order(inputs.query_mask, queries);
  return inputs;
}

void permutes_rows(AttentionCase& c, const Subject& subject, Scalar scalar, AttentionJudge& judge) {
  const AttentionInputs<double> permuted = permuted_rows(c.given(), c.cut);
  const AttentionAnswer before = ask(subject, scalar, c.given());
  const AttentionAnswer after = ask(subject, scalar, permuted);
  const auto compare = [&](AttentionArray array, const Heads<Digits50>& wanted, auto place_before) {
    judge.hold(std::string(name(array)), array_of(after, array), wanted, [&](std::size_t place) {
      return 2.0 * c.whole.band(scalar, array, place_before(place, wanted.sizes()));
    });
  };
  const RowOrder queries = order_of_queries(c.given(), c.cut);
  const RowOrder keys = rotated_order(c.length(), c.cut);
  const auto through = [](const RowOrder& order) {
    return [&order](std::size_t place, const HeadsSizes& sizes) {
      const auto cols = static_cast<std::size_t>(sizes.cols);
      const auto rows = static_cast<std::size_t>(sizes.rows);
      const std::size_t row = place / cols % rows;
      return place + (static_cast<std::size_t>(order[row]) - row) * cols;
    };
  };
  const auto same = [](std::size_t place, const HeadsSizes&) { return place; };
  compare(AttentionArray::out, in_order(before.out, queries), through(queries));
  compare(AttentionArray::dq, in_order(before.dq, queries), through(queries));
  compare(AttentionArray::dk, in_order(before.dk, keys), through(keys));
  compare(AttentionArray::dv, in_order(before.dv, keys), through(keys));
  compare(AttentionArray::end, before.end, same);
  compare(AttentionArray::start_gradient, before.start_gradient, same);
}

std::string unless_alike_in_all_rows(const AttentionCase& c, const Subject& subject) {
  const bool differs = has_own_map(c.given()) && subject.capabilities.own_map_differs_by_row;
  return differs || c.given().conventions.keys.divides_by_running_sum
             ? "features that do not depend on the index of a row"
             : "";
}

}  // namespace

/// Bidirectional attention is equivariant under permutations of its rows.
///
/// Statement: permute queries (and cotangents) by π, and keys, values and mask by σ (π = σ where
/// the conventions add a weight to a row's own key). Then output and d.q are permuted by π, d.k and
/// d.v by σ, and the states do not change. Source: sums over all keys. Generator: attention_specs,
/// bidirectional; π reverses the rows, σ rotates them by the cut. Tolerance: sums are added up in
/// another order, so each answer may be off by its own bands: twice those of the truth. Kills: a
/// causal mask in bidirectional attention, totals of a single slice.
Law permutation_equivariant() {
  return attention_law(
      {.name = "permutation-equivariant",
       .statement = "permuting queries permutes output and d.q; permuting keys permutes only d.k "
                    "and d.v",
       .source = "in bidirectional attention every row reads sums over all keys",
       .generator = "as attention-agrees, bidirectional; queries reversed, keys rotated by the cut",
       .tolerance = "twice the bands, since both answers may be off",
       .kills = {"mutant/always-causal", "mutant/totals-of-own-slice-only"},
       .draw = {},
       .load = {}},
      {.repair = in_both_directions,
       .fits = is_bidirectional,
       .check = permutes_rows,
       .beyond_claims = unless_alike_in_all_rows});
}

}  // namespace slim::properties::laws
