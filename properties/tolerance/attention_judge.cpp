// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/attention_judge.hpp"

#include "properties/tolerance/scalar_range.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties {

std::string named_head(const std::string& tensor, const HeadsSizes& sizes, Index b, Index h) {
  if (sizes.batch * sizes.heads == 1) return tensor;
  return tensor + "[" + std::to_string(b) + "," + std::to_string(h) + "]";
}

void AttentionJudge::hold(const std::string& tensor, Index row, const Digits50& answer,
                          const Digits50& wanted, const Band& band) {
  const double error = to_double(Digits50(abs(answer - wanted)));
  note(error, band);
  hold_error(tensor, row, error, isinf(answer), band);
}

void AttentionJudge::note(double error, const Band& band) {
  ++entries_;
  if (error > share_of_drift_ * band.drift) share_of_drift_ = error / band.drift;
}

void AttentionJudge::hold_error(const std::string& tensor, Index row, double error,
                                bool is_infinite, const Band& band) {
  Outcome outcome = Outcome::wrong;
  if (!std::isfinite(error)) {
    error = std::numeric_limits<double>::infinity();
    // An error that may exceed the scalar's largest number may be infinite.
    const bool may_be = band.drift > range_of(scalar_).largest && band.drift < no_bound;
    if (subtracts_ && may_be && is_infinite) outcome = Outcome::drift;
  } else if (error <= band.pass) {
    outcome = Outcome::pass;
  } else if (error <= band.suspect) {
    outcome = Outcome::suspect;
  } else if (subtracts_ && error <= band.drift) {
    outcome = Outcome::drift;
  }
  const Discrepancy candidate{.tensor = tensor, .row = row, .error = error, .bound = band.pass};
  keep_row(candidate);
  if (outcome == Outcome::wrong) keep_wrong(candidate);
  const bool first = finding_.worst.tensor.empty();
  if (!first && outcome < finding_.outcome) return;
  if (!first && outcome == finding_.outcome && !worse(candidate, finding_.worst)) return;
  finding_.outcome = outcome;
  finding_.worst = candidate;
  worst_is_held_ = true;
  finding_.note = outcome == Outcome::drift ? "within what recovering sums by subtraction can lose"
                                            : std::string();
}

void AttentionJudge::keep_row(const Discrepancy& entry) {
  std::vector<RowError>& rows = held_.rows;
  if (entry.tensor != held_.tensor || (!rows.empty() && entry.row < rows.back().row)) {
    if (worst_is_held_) finding_.worst.rows = std::move(rows);
    worst_is_held_ = false;
    held_ = {.tensor = entry.tensor};
  }
  const RowError row{.row = entry.row, .error = entry.error, .bound = entry.bound};
  if (rows.empty() || rows.back().row != entry.row) {
    rows.push_back(row);
  } else if (worse(entry, {.tensor = entry.tensor,
                           .row = entry.row,
                           .error = rows.back().error,
                           .bound = rows.back().bound})) {
    rows.back() = row;
  }
}

void AttentionJudge::keep_wrong(const Discrepancy& entry) {
  const std::string tensor = tensor_of(entry);
  const auto known = std::ranges::find(wrong_tensors_, tensor, tensor_of);
  if (known == wrong_tensors_.end()) {
    wrong_tensors_.push_back(entry);
  } else if (worse(entry, *known)) {
    *known = entry;
  }
}

void AttentionJudge::condemn(Discrepancy entry, std::string note) {
  finding_ = {.outcome = Outcome::wrong, .worst = std::move(entry), .note = std::move(note)};
  worst_is_held_ = false;
}

Finding AttentionJudge::finding() const {
  if (!finding_.worst.tensor.empty()) {
    Finding found = finding_;
    found.judged = judged_;
    found.wrong_tensors = wrong_tensors_;
    if (worst_is_held_) found.worst.rows = held_.rows;
    return found;
  }
  return skipped("the case has nothing to compare");
}

template <class W>
void AttentionJudge::hold_each(const std::string& tensor, const Heads<W>& answer,
                               const Heads<W>& wanted, const std::function<Band(std::size_t)>& band,
                               const std::function<bool(Index, Index, Index)>& selects,
                               LargestEntry* largest) {
  if (answer.empty()) return;
  const HeadsSizes& n = answer.sizes();
  if (n != wanted.sizes()) {
    throw SubjectError("returned " + tensor + " of the wrong size", Failure::wrong_shape);
  }
  std::size_t place = 0;
  for (Index b = 0; b < n.batch; ++b) {
    for (Index h = 0; h < n.heads; ++h) {
      const std::string of_head = named_head(tensor, n, b, h);
      for (Index l = 0; l < n.rows; ++l, place += static_cast<std::size_t>(n.cols)) {
        if (selects && !selects(b, h, l)) continue;
        hold_row(
            of_head, l, &answer.values()[place], &wanted.values()[place],
            static_cast<std::size_t>(n.cols),
            [&](std::size_t column) { return band(place + column); }, largest);
      }
    }
  }
}

/// Of the entries that pass, only the worst one is recorded.
template <class W, class OfColumn>
void AttentionJudge::hold_row(const std::string& tensor, Index row, const W* answer,
                              const W* wanted, std::size_t cols, const OfColumn& band,
                              LargestEntry* largest) {
  Discrepancy passing{.tensor = tensor, .row = row, .error = -1.0};
  double largest_entry = -1.0;
  double allowed_there = 0.0;
  long left_out = 0;
  for (std::size_t i = 0; i < cols; ++i) {
    using std::abs;
    using std::isinf;
    const Band allowed = band(i);
    const double error = to_double(W(abs(answer[i] - wanted[i])));
    note(error, allowed);
    if (!(allowed.suspect < not_compared)) ++left_out;
    const double size = largest == nullptr ? -1.0 : std::abs(to_double(wanted[i]));
    if (size > largest_entry) {
      largest_entry = size;
      allowed_there = subtracts_ ? allowed.drift : allowed.suspect;
    }
    if (!(error <= allowed.pass)) {
      hold_error(tensor, row, error, isinf(answer[i]), allowed);
      continue;
    }
    const Discrepancy candidate{.tensor = {}, .row = row, .error = error, .bound = allowed.pass};
    if (passing.error >= 0.0 && !worse(candidate, passing)) continue;
    passing.error = error;
    passing.bound = allowed.pass;
  }
  if (passing.error >= 0.0) {
    hold_error(tensor, row, passing.error, false, flat_band(passing.bound));
  }
  if (largest != nullptr) largest->count(static_cast<long>(cols), left_out);
  const bool is_compared = allowed_there < not_compared;
  if (largest != nullptr && is_compared) largest->add_row(largest_entry, allowed_there);
}

template <class W>
void AttentionJudge::compare_each(const std::string& tensor, const Heads<W>& answer,
                                  const Heads<W>& truth,
                                  const std::function<Band(std::size_t)>& band, double residue) {
  if (answer.empty()) return;
  LargestEntry largest;
  hold_each(tensor, answer, truth, band, {}, &largest);
  judged_.push_back(largest.judged(tensor, residue));
}

void AttentionJudge::hold(const std::string& tensor, const Heads<Digits50>& answer,
                          const Heads<Digits50>& wanted,
                          const std::function<Band(std::size_t)>& band,
                          const std::function<bool(Index, Index, Index)>& selects) {
  hold_each(tensor, answer, wanted, band, selects);
}

void AttentionJudge::hold(const std::string& tensor, const Heads<long double>& answer,
                          const Heads<long double>& wanted,
                          const std::function<Band(std::size_t)>& band) {
  hold_each(tensor, answer, wanted, band);
}

void AttentionJudge::hold_to_truth(const AttentionAnswer& answer, AttentionEvidence& evidence,
                                   std::span<const AttentionArray> arrays) {
  for (const AttentionArray array : arrays) {
    hold(std::string(name(array)), array_of(answer, array),
         array_of(evidence.truth(scalar_), array),
         [&](std::size_t place) { return evidence.band(scalar_, array, place); });
  }
}

void AttentionJudge::compare_with_truth(const Subject& subject, AttentionEvidence& evidence,
                                        std::span<const AttentionArray> arrays) {
  const auto compare = [&](const auto& answer, const auto& truth) {
    for (const AttentionArray array : arrays) {
      compare_each(
          std::string(name(array)), array_of(answer, array), array_of(truth, array),
          [&](std::size_t place) { return evidence.band(scalar_, array, place); },
          evidence.residue(scalar_, array));
    }
  };
  if (evidence.is_large(scalar_)) {
    compare(ask_for_long_double(subject, scalar_, evidence.given()), evidence.large_truth(scalar_));
  } else {
    compare(ask(subject, scalar_, evidence.given()), evidence.truth(scalar_));
  }
}

void AttentionJudge::compare_features_with_truth(const Subject& subject,
                                                 AttentionEvidence& evidence, bool is_query) {
  const FeaturesInputs<double> asked = features_asked(evidence.given(), is_query);
  const std::string tensor = is_query ? "g(q)" : "g(k)";
  const std::function<Band(std::size_t)> band = evidence.features_band(scalar_, is_query);
  if (evidence.is_large(scalar_)) {
    compare_each(tensor, ask_for_long_double(subject, scalar_, asked),
                 evidence.large_facts(scalar_).features(is_query), band, 0.0);
  } else {
    compare_each(tensor, ask(subject, scalar_, asked), evidence.facts(scalar_).features(is_query),
                 band, 0.0);
  }
}

}  // namespace slim::properties
