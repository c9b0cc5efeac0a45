// SPDX-License-Identifier: Apache-2.0
#pragma once

// Template definitions of attention.hpp, included only by the files of instances/.

#include "reference/performer/attention.hpp"
#include "reference/performer/attention_features.hpp"
#include "reference/performer/bidirectional_attention.hpp"
#include "reference/performer/divided_queries.hpp"
#include "reference/performer/kernel_attention.hpp"
#include "reference/performer/prefix_attention.hpp"

#include <optional>

namespace slim::reference {
namespace detail {

/// The inputs of attention for one head of one sequence, with features already computed.
template <class T>
struct HeadQuestion {
  AttentionRows<T> rows;
  PrefixSums<accumulator_t<T>> start;
  std::span<const std::uint8_t> key_mask;  ///< [L], or empty
  bool causal;
  const AttentionConventions& conventions;
  Index width;  ///< D, of queries and keys
  bool wants_pullback;
  Matrix<T> dY;
  PrefixSums<accumulator_t<T>> dend;

  [[nodiscard]] bool is_masked(Index l) const {
    return !key_mask.empty() && key_mask[static_cast<std::size_t>(l)] == 0;
  }
  /// w of the weight of a row's own key.
  [[nodiscard]] double own_weight() const {
    return conventions.own_weight_is_length ? static_cast<double>(rows.V.rows())
                                            : conventions.own_weight;
  }
};

/// By what the normaliser divides rows that it counts; empty if it does not count.
template <class T>
std::vector<Index> counts_of_rows(const HeadQuestion<T>& question) {
  const Normaliser by = question.conventions.normaliser;
  const Index L = question.rows.V.rows();
  std::vector<Index> counts;
  if (by == Normaliser::denominator || by == Normaliser::none) return counts;
  Index keys = 0;
  for (Index l = 0; l < L; ++l) keys += question.is_masked(l) ? 0 : 1;
  Index so_far = 0;
  for (Index l = 0; l < L; ++l) {
    so_far += question.is_masked(l) ? 0 : 1;
    const Index seen = std::max<Index>(question.causal ? so_far : keys, 1);
    counts.push_back(by == Normaliser::length ? L : by == Normaliser::position ? l + 1 : seen);
  }
  return counts;
}

template <class T>
struct HeadAnswer {
  Matrix<T> Y;
  PrefixSums<accumulator_t<T>> end;
  AttentionPullback<T> pulled;  ///< empty unless requested
};

/// Sets features and values of masked keys to 0, so that they add nothing to any sum.
template <class T>
AttentionRows<T> without_masked_keys(AttentionRows<T> rows,
                                     std::span<const std::uint8_t> key_mask) {
  for (std::size_t l = 0; l < key_mask.size(); ++l) {
    if (key_mask[l] != 0) continue;
    rows.gK.row(static_cast<Index>(l)).setConstant(T(0));
    rows.V.row(static_cast<Index>(l)).setConstant(T(0));
  }
  return rows;
}

/// The denominator with the factors and own weights of all rows.
template <class T>
Denominator<accumulator_t<T>> denominator_of(const HeadQuestion<T>& question) {
  using Wide = accumulator_t<T>;
  const Index L = question.rows.V.rows();
  const std::vector<Index> counts = counts_of_rows(question);
  const Wide c = output_scale<Wide>(question.conventions, question.width, question.rows.gQ.cols());
  std::vector<Wide> factors, own_weights;
  if (!counts.empty() || !(c == Wide(1))) {
    for (Index l = 0; l < L; ++l) {
      factors.push_back(
          counts.empty() ? c : Wide(c / number<Wide>(counts[static_cast<std::size_t>(l)])));
    }
  }
  for (Index l = 0; question.own_weight() > 0.0 && l < L; ++l) {
    own_weights.push_back(static_cast<Wide>(question.is_masked(l) ? 0.0 : question.own_weight()));
  }
  return {question.conventions, L, std::move(factors), std::move(own_weights)};
}

/// The attention of a head by prefix sums.
struct ByPrefixSums {
  template <class T>
  static HeadAnswer<T> answer(const HeadQuestion<T>& question) {
    const AttentionRows<T> rows = without_masked_keys(question.rows, question.key_mask);
    const Denominator<accumulator_t<T>> denominator = denominator_of(question);
    HeadAnswer<T> answer;
    if (question.causal) {
      PrefixAttention<T> kept = prefix_attention(rows, question.start, denominator);
      if (question.wants_pullback) {
        answer.pulled = prefix_attention_pullback(rows, kept, question.dY, question.dend);
      }
      answer.Y = std::move(kept.Y);
      answer.end = std::move(kept.sums.back());
    } else {
      BidirectionalAttention<T> kept = bidirectional_attention(rows, question.start, denominator);
      if (question.wants_pullback) {
        answer.pulled = bidirectional_attention_pullback(rows, kept, question.dY, question.dend);
      }
      answer.Y = std::move(kept.Y);
      answer.end = std::move(kept.sums);
    }
    if (question.wants_pullback) {
      answer.pulled.rows = without_masked_keys(std::move(answer.pulled.rows), question.key_mask);
    }
    return answer;
  }
};

/// The attention of a head by its matrix of weights.
struct ByDefinition {
  template <class T>
  static HeadAnswer<T> answer(const HeadQuestion<T>& question) {
    const std::vector<Index> counts = counts_of_rows(question);
    const KernelRule rule{.causal = question.causal,
                          .key_mask = question.key_mask,
                          .conventions = question.conventions,
                          .width = question.width,
                          .counts = counts,
                          .own_weight = question.own_weight(),
                          .length = question.rows.V.rows()};
    KernelAttention<T> kept = kernel_attention(question.rows, question.start, rule);
    HeadAnswer<T> answer;
    if (question.wants_pullback) {
      answer.pulled = kernel_attention_pullback(question.rows, question.start, rule, kept,
                                                question.dY, question.dend);
    }
    answer.Y = std::move(kept.Y);
    answer.end = std::move(kept.end);
    return answer;
  }
};

/// The same with queries that are divided by the sums of keys, if the conventions say so.
template <class Form, class T>
HeadAnswer<T> answer(HeadQuestion<T> question) {
  if (!question.conventions.divides_by_key_sums) return Form::answer(question);
  const auto sees = [causal = question.causal, mask = question.key_mask](Index i, Index j) {
    return (!causal || j <= i) && (mask.empty() || mask[static_cast<std::size_t>(j)] != 0);
  };
  const AttentionRows<T> given = question.rows;
  const auto epsilon =
      static_cast<accumulator_t<T>>(question.conventions.epsilons[EpsilonPlace::sums]);
  const Matrix<accumulator_t<T>> S = sums_of_keys(given.gK, question.start.S, epsilon, sees);
  question.rows.gQ = divided_queries(given.gQ, S);
  HeadAnswer<T> answer = Form::answer(question);
  if (question.wants_pullback) pull_back_divided_queries(question.rows, S, sees, answer.pulled);
  return answer;
}

template <class T>
Matrix<T> matrix_or_zero(const HeadsView<T>& view, Index b, Index h, Index rows, Index cols) {
  return view.empty() ? Matrix<T>(Matrix<T>::Zero(rows, cols)) : Matrix<T>(view(b, h));
}

/// RS [d + 1, M] as R and S, zero if there is none.
template <class T>
PrefixSums<T> sums_or_zero(const HeadsView<T>& view, Index b, Index h, Index d, Index M) {
  const Matrix<T> RS = matrix_or_zero(view, b, h, d + 1, M);
  return {.R = RS.topRows(d), .S = RS.row(d).transpose()};
}

template <class T>
void put_sums(MatrixView<T> RS, const PrefixSums<T>& sums) {
  RS.topRows(sums.R.rows()) = sums.R;
  RS.row(sums.R.rows()) = sums.S.transpose();
}

template <class T>
HeadMatrices<T> matrices(const HeadsView<T>& view) {
  HeadMatrices<T> result;
  for (Index b = 0; b < view.sizes.batch; ++b) {
    for (Index h = 0; h < view.sizes.heads; ++h) result.push_back(view(b, h));
  }
  return result;
}

template <class T>
void put_matrices(const HeadMatrices<T>& from, Heads<T>& to) {
  std::size_t at = 0;
  for (Index b = 0; b < to.sizes().batch; ++b) {
    for (Index h = 0; h < to.sizes().heads; ++h) to(b, h) = from[at++];
  }
}

template <class T>
HeadMatrices<T> all_narrowed(const HeadMatrices<accumulator_t<T>>& sums) {
  HeadMatrices<T> result;
  for (const Matrix<accumulator_t<T>>& one : sums) result.push_back(narrowed<T>(one));
  return result;
}

/// The queries or the keys, with the settings that turn them into features.
template <class T>
AttentionSide<T> side_of(const AttentionTask<T>& task, bool is_query) {
  return {.map = of_side(task.feature_map, task.conventions, is_query),
          .conventions = of_side(task.conventions, is_query),
          .is_query = is_query,
          .omega = matrices(task.omega),
          .X = matrices(is_query ? task.q : task.k),
          .key_mask = is_query ? std::span<const std::uint8_t>() : task.key_mask};
}

template <class T>
void resize(const AttentionTask<T>& task, AttentionResult<T>& result) {
  const HeadsSizes none;
  const bool wants = task.wants_pullback;
  result.out.resize(task.out_sizes(), MemoryTag::result);
  result.end.resize(task.state_sizes(), MemoryTag::state);
  result.dq.resize(wants ? task.q.sizes : none, MemoryTag::result);
  result.dk.resize(wants ? task.k.sizes : none, MemoryTag::result);
  result.dv.resize(wants ? task.v.sizes : none, MemoryTag::result);
  result.start_gradient.resize(wants ? task.state_sizes() : none, MemoryTag::state);
}

template <class Form, class T>
void attention(const AttentionTask<T>& task, AttentionResult<T>& result) {
  require_valid(task);
  resize(task, result);
  const auto& [B, H, L, d] = task.v.sizes;
  const Index M = task.features();
  const AttentionSide<T> queries = side_of(task, true);
  const AttentionSide<T> keys = side_of(task, false);
  // Features of all heads come first, since a stabiliser may depend on all of them.
  std::optional<AttentionFeatures<T>> gQ, gK;
  if (!task.features_given) {
    gQ = attention_features(queries, H);
    gK = attention_features(keys, H);
  }
  const HeadMatrices<T>& all_gQ = gQ ? gQ->G : queries.X;
  const HeadMatrices<T>& all_gK = gK ? gK->G : keys.X;

  HeadMatrices<accumulator_t<T>> dgQ;
  HeadMatrices<accumulator_t<T>> dgK;
  for (Index b = 0; b < B; ++b) {
    for (Index h = 0; h < H; ++h) {
      const auto at = static_cast<std::size_t>(b * H + h);
      HeadAnswer<T> answer = detail::answer<Form>(HeadQuestion<T>{
          .rows = {.gQ = all_gQ[at], .gK = all_gK[at], .V = task.v(b, h)},
          .start = sums_or_zero(task.start, b, h, d, M),
          .key_mask = task.key_mask.empty() ? task.key_mask
                                            : task.key_mask.subspan(static_cast<std::size_t>(b * L),
                                                                    static_cast<std::size_t>(L)),
          .causal = task.causal,
          .conventions = task.conventions,
          .width = task.q.sizes.cols,
          .wants_pullback = task.wants_pullback,
          .dY = matrix_or_zero(task.out_cotangent, b, h, L, d),
          .dend = sums_or_zero(task.end_cotangent, b, h, d, M)});
      result.out(b, h) = answer.Y;
      put_sums(result.end(b, h), answer.end);
      if (!task.wants_pullback) continue;
      put_sums(result.start_gradient(b, h), answer.pulled.start);
      result.dv(b, h) = narrowed<T>(std::move(answer.pulled.rows.V));
      dgQ.push_back(std::move(answer.pulled.rows.gQ));
      dgK.push_back(std::move(answer.pulled.rows.gK));
    }
  }
  if (!task.wants_pullback) return;
  put_matrices(gQ ? attention_features_pullback(queries, *gQ, dgQ) : all_narrowed<T>(dgQ),
               result.dq);
  put_matrices(gK ? attention_features_pullback(keys, *gK, dgK) : all_narrowed<T>(dgK), result.dk);
}

}  // namespace detail

template <class T>
void attention(const AttentionTask<T>& task, AttentionResult<T>& result) {
  detail::attention<detail::ByPrefixSums>(task, result);
}

template <class T>
void attention_by_definition(const AttentionTask<T>& task, AttentionResult<T>& result) {
  detail::attention<detail::ByDefinition>(task, result);
}

template <class T>
void features(const FeaturesTask<T>& task, FeaturesResult<T>& result) {
  require_valid(task);
  result.out.resize(task.out_sizes(), MemoryTag::result);
  const AttentionSide<T> side{.map = of_side(task.feature_map, task.conventions, task.is_query),
                              .conventions = of_side(task.conventions, task.is_query),
                              .is_query = task.is_query,
                              .omega = detail::matrices(task.omega),
                              .X = detail::matrices(task.x)};
  detail::put_matrices(attention_features(side, task.x.sizes.heads).G, result.out);
}

}  // namespace slim::reference
