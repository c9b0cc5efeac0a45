// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/laws.hpp"

#include <algorithm>

namespace slim::properties::own_model {
namespace {

using Answers = foreign::OwnModel::Random;

/// The sequences `rows`, cut to `length`.
OwnSequences part_of(const OwnSequences& of, const std::vector<Index>& rows, Index length) {
  OwnSequences part{
      .batch = static_cast<Index>(rows.size()), .length = length, .tokens = {}, .mask = {}};
  for (const Index b : rows) {
    const auto tokens = of.tokens.begin() + b * (of.length + 1);
    part.tokens.insert(part.tokens.end(), tokens, tokens + length + 1);
    const auto mask = of.mask.begin() + b * of.length;
    part.mask.insert(part.mask.end(), mask, mask + length);
  }
  return part;
}

std::vector<Index> all_rows(Index batch) {
  std::vector<Index> rows;
  for (Index b = 0; b < batch; ++b) rows.push_back(b);
  return rows;
}

OwnCase with_sequences(const OwnCase& c, OwnSequences sequences) {
  OwnCase changed = c;
  changed.sequences = std::move(sequences);
  return changed;
}

/// The case in which only the first `rows` targets of each sequence count; at least one does.
OwnCase counting_first(const OwnCase& c, Index rows) {
  OwnCase changed = c;
  for (std::size_t i = 0; i < changed.sequences.mask.size(); ++i) {
    const Index row = static_cast<Index>(i) % c.sequences.length;
    if (row >= rows) changed.sequences.mask[i] = 0;
  }
  if (changed.sequences.counted() == 0) changed.sequences.mask.front() = 1;
  return changed;
}

/// A row inside a slice where there is one: 1 to L − 2.
Index row_of(const OwnCase& c) {
  const Index most = std::max<Index>(1, c.sequences.length - 2);
  return 1 + static_cast<Index>(c.seed % static_cast<std::uint64_t>(most));
}

Finding check_future(OwnSubject& subject, const OwnCase& drawn, Scalar scalar) {
  const Index t = row_of(drawn);
  const Index L = drawn.sequences.length;
  const foreign::OwnModel& declared = subject.declared();
  const OwnCase c = declared.masks ? counting_first(drawn, t) : drawn;
  OwnCase changed = c;
  for (std::size_t i = 0; i < c.sequences.tokens.size(); ++i) {
    if (static_cast<Index>(i) % (L + 1) <= t) continue;
    std::int64_t& token = changed.sequences.tokens[i];
    token = declared.token_after(token, 1 + static_cast<std::int64_t>(i) % (declared.tokens() - 1));
  }
  const Deviation allowed = deviation_of_full(subject, c, scalar, true);
  Comparison comparison(subject, allowed);
  if (declared.logits) {
    Request request = changed.request(0);
    request.wants_logits = true;
    std::vector<double> before;
    std::vector<double> after;
    const std::vector<double> other = subject.ask_once(request, scalar).logits;
    for (std::size_t i = 0; i < other.size(); ++i) {
      if (static_cast<Index>(i) / declared.vocab % L > t) continue;
      before.push_back(allowed.unmoved.logits[i]);
      after.push_back(other[i]);
    }
    comparison.logits(" of earlier rows", after, before);
  }
  for (const Pass& pass : passes_of(declared, c.slice_length)) {
    if (!declared.masks) break;
    const Answer one = pass.slice_length == 0 ? allowed.unmoved
                                              : gradient_in(subject, c, pass.slice_length, scalar);
    const Answer other = gradient_in(subject, changed, pass.slice_length, scalar);
    comparison.loss(" of earlier rows" + pass.words, other.loss, one.loss);
    comparison.gradient(" of earlier rows" + pass.words, other.gradient, one.gradient);
  }
  return comparison.finding();
}

Finding check_padding(OwnSubject& subject, const OwnCase& drawn, Scalar scalar) {
  const Index t = row_of(drawn);
  OwnCase padded = counting_first(drawn, t);
  for (std::size_t i = 0; i < padded.sequences.tokens.size(); ++i) {
    const bool is_padding = static_cast<Index>(i) % (padded.sequences.length + 1) > t;
    const Index padding = subject.declared().padding;
    if (is_padding && padding >= 0) padded.sequences.tokens[i] = padding;
  }
  const OwnCase cut =
      with_sequences(padded, part_of(padded.sequences, all_rows(padded.sequences.batch), t));
  const Deviation allowed = deviation_of_full(subject, padded, scalar);
  Comparison comparison(subject, allowed);
  for (const Pass& pass : passes_of(subject.declared(), padded.slice_length)) {
    const Answer one = pass.slice_length == 0
                           ? allowed.unmoved
                           : gradient_in(subject, padded, pass.slice_length, scalar);
    const Answer other = gradient_in(subject, cut, pass.slice_length, scalar);
    comparison.loss(" with padding" + pass.words, one.loss, other.loss);
    comparison.gradient(" with padding" + pass.words, one.gradient, other.gradient);
  }
  return comparison.finding();
}

/// loss = Σ_b n_b loss_b / Σ_b n_b, and the same for the gradient, where n_b targets count.
Finding check_batches(OwnSubject& subject, const OwnCase& c, Scalar scalar) {
  const Deviation allowed = deviation_of_full(subject, c, scalar);
  Comparison comparison(subject, allowed);
  const auto all = static_cast<double>(c.sequences.counted());
  for (const Pass& pass : passes_of(subject.declared(), c.slice_length)) {
    const Answer whole = pass.slice_length == 0
                             ? allowed.unmoved
                             : gradient_in(subject, c, pass.slice_length, scalar);
    Answer sum{.loss = 0.0, .gradient = c.parameters, .logits = {}};
    for (auto& tensor : sum.gradient) std::ranges::fill(tensor, 0.0);
    for (Index b = 0; b < c.sequences.batch; ++b) {
      const OwnCase one = with_sequences(c, part_of(c.sequences, {b}, c.sequences.length));
      const double share = static_cast<double>(one.sequences.counted()) / all;
      if (one.sequences.counted() == 0) continue;
      const Answer part = gradient_in(subject, one, pass.slice_length, scalar);
      sum.loss += share * part.loss;
      for (std::size_t t = 0; t < sum.gradient.size(); ++t) {
        for (std::size_t i = 0; i < sum.gradient[t].size(); ++i) {
          sum.gradient[t][i] += share * part.gradient[t][i];
        }
      }
    }
    comparison.loss(" of the batch" + pass.words, whole.loss, sum.loss);
    comparison.gradient(" of the batch" + pass.words, whole.gradient, sum.gradient);
  }
  return comparison.finding();
}

Finding check_order(OwnSubject& subject, const OwnCase& c, Scalar scalar) {
  const Deviation allowed = deviation_of_full(subject, c, scalar);
  std::vector<Index> rows = all_rows(c.sequences.batch);
  std::ranges::reverse(rows);
  const OwnCase reversed = with_sequences(c, part_of(c.sequences, rows, c.sequences.length));
  Comparison comparison(subject, allowed);
  for (const Pass& pass : passes_of(subject.declared(), c.slice_length)) {
    const Answer one = pass.slice_length == 0 ? allowed.unmoved
                                              : gradient_in(subject, c, pass.slice_length, scalar);
    const Answer other = gradient_in(subject, reversed, pass.slice_length, scalar);
    comparison.loss(" in reversed order" + pass.words, other.loss, one.loss);
    comparison.gradient(" in reversed order" + pass.words, other.gradient, one.gradient);
  }
  return comparison.finding();
}

OwnSpec several_rows(OwnSpec spec, const foreign::OwnModel& declared) {
  spec.length =
      std::clamp<Index>(spec.length, std::min<Index>(3, declared.longest), declared.longest);
  return spec;
}

OwnSpec several_sequences(OwnSpec spec, const foreign::OwnModel& /*declared*/) {
  spec.batch = std::max<Index>(2, spec.batch);
  return spec;
}

std::string unclaimed_causality(const foreign::OwnModel& declared) {
  if (!declared.causal) return "to be causal";
  if (declared.longest < 3 || declared.tokens() < 2) return "a later token that can change";
  if (!declared.masks && !declared.logits) return "a mask of targets";
  return declared.random == Answers::redrawn ? "the same random numbers in every call" : "";
}

std::string unclaimed_padding(const foreign::OwnModel& declared) {
  if (!declared.masks) return "a mask of targets";
  if (!declared.causal) return "to be causal";
  if (declared.longest < 3) return "a row for padding";
  return declared.random == Answers::redrawn ? "the same random numbers in every call" : "";
}

std::string unclaimed_batches(const foreign::OwnModel& declared) {
  if (!declared.batches) return "batches";
  return declared.random == Answers::none ? "" : "answers without random numbers";
}

}  // namespace

OwnLaw own_future_does_not_matter() {
  return {.name = "own-future-does-not-matter",
          .statement = "later tokens change neither earlier logits nor the gradient of their loss",
          .source = "causal attention",
          .unclaimed = unclaimed_causality,
          .check = check_future,
          .repair = several_rows};
}

OwnLaw own_padding_is_truncation() {
  return {.name = "own-padding-is-truncation",
          .statement = "sequences with masked targets at their end equal the truncated ones",
          .source = "causal attention, and a loss that is a mean over counted targets",
          .unclaimed = unclaimed_padding,
          .check = check_padding,
          .repair = several_rows};
}

OwnLaw own_batches_add() {
  return {.name = "own-batches-add",
          .statement = "a batch is the mean of its sequences, weighted by their counted targets",
          .source = "the loss is a mean over counted targets",
          .unclaimed =
              [](const foreign::OwnModel& declared) {
                return declared.couples_batch ? "sequences whose losses do not depend on each other"
                                              : unclaimed_batches(declared);
              },
          .check = check_batches,
          .repair = several_sequences};
}

OwnLaw own_batch_order_does_not_matter() {
  return {.name = "own-batch-order-does-not-matter",
          .statement = "the reversed batch has the same loss and gradient",
          .source = "the loss is a mean over counted targets",
          .unclaimed = unclaimed_batches,
          .check = check_order,
          .repair = several_sequences};
}

}  // namespace slim::properties::own_model
