// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/tolerance/attention_evidence.hpp"

namespace slim::properties {

/// "out", or "out[b,h]" where there are several heads.
std::string named_head(const std::string& tensor, const HeadsSizes& sizes, Index b, Index h);

/// Collects the comparisons of one check and decides its outcome.
class AttentionJudge {
 public:
  AttentionJudge(const Subject& subject, Scalar scalar)
      : subtracts_(subject.capabilities.subtracting), scalar_(scalar) {}

  /// From now on, judges the subject as one that subtracts.
  void admit_drift() { subtracts_ = true; }
  /// The largest error of any entry, relative to its DRIFT band.
  [[nodiscard]] double share_of_drift() const { return share_of_drift_; }
  /// How many entries were compared.
  [[nodiscard]] int entries() const { return entries_; }

  /// Compares one entry: |answer − wanted| with the band. `row`: of the tensor.
  void hold(const std::string& tensor, Index row, const Digits50& answer, const Digits50& wanted,
            const Band& band);
  /// Compares every entry for which `selects(b, h, row)`, within `band(place)`. An empty answer is
  /// one that the subject does not claim, and is ignored.
  void hold(const std::string& tensor, const Heads<Digits50>& answer, const Heads<Digits50>& wanted,
            const std::function<Band(std::size_t)>& band,
            const std::function<bool(Index, Index, Index)>& selects = {});
  /// Compares arrays of an answer with the truth in 50 digits.
  void hold_to_truth(const AttentionAnswer& answer, AttentionEvidence& evidence,
                     std::span<const AttentionArray> arrays);
  /// Runs the subject on the case and compares these arrays of its answer with the truth.
  void compare_with_truth(const Subject& subject, AttentionEvidence& evidence,
                          std::span<const AttentionArray> arrays);
  /// The same for the features g(q) or g(k).
  void compare_features_with_truth(const Subject& subject, AttentionEvidence& evidence,
                                   bool is_query);
  /// The same for answers in long double.
  void hold(const std::string& tensor, const Heads<long double>& answer,
            const Heads<long double>& wanted, const std::function<Band(std::size_t)>& band);
  /// Makes the outcome WRONG, with this note.
  void condemn(Discrepancy entry, std::string note);
  /// The outcome; skipped if nothing was compared.
  [[nodiscard]] Finding finding() const;

 private:
  /// Adds the row to `largest`, unless that is null.
  template <class W, class OfColumn>
  void hold_row(const std::string& tensor, Index row, const W* answer, const W* wanted,
                std::size_t cols, const OfColumn& band, LargestEntry* largest);
  /// Compares an array of an answer and counts it as judged or not.
  template <class W>
  void compare_each(const std::string& tensor, const Heads<W>& answer, const Heads<W>& truth,
                    const std::function<Band(std::size_t)>& band, double residue);
  /// Counts an entry.
  void note(double error, const Band& band);
  void hold_error(const std::string& tensor, Index row, double error, bool is_infinite,
                  const Band& band);
  template <class W>
  void hold_each(const std::string& tensor, const Heads<W>& answer, const Heads<W>& wanted,
                 const std::function<Band(std::size_t)>& band,
                 const std::function<bool(Index, Index, Index)>& selects = {},
                 LargestEntry* largest = nullptr);
  /// Requires that the rows of one tensor come one after another.
  void keep_row(const Discrepancy& entry);
  /// Keeps the worst row of each wrong tensor.
  void keep_wrong(const Discrepancy& entry);

  bool subtracts_;
  Scalar scalar_;
  double share_of_drift_ = 0.0;
  int entries_ = 0;
  Finding finding_;
  std::vector<Discrepancy> wrong_tensors_;
  std::vector<JudgedTensor> judged_;
  Discrepancy held_;            ///< the tensor that is being compared, with its rows
  bool worst_is_held_ = false;  ///< the finding's worst entry is one of them
};

}  // namespace slim::properties
