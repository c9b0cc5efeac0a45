// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/diagnosis/conditions.hpp"
#include "properties/diagnosis/error_pattern.hpp"
#include "properties/engine/cases/attention_spec.hpp"
#include "properties/engine/cases/gradient_spec.hpp"
#include "properties/engine/shrink.hpp"
#include "properties/tolerance/attention_answer.hpp"

namespace slim::properties {

/// The words of a form (InputForm) with other numbers of queries than keys.
inline constexpr std::string_view words_of_cross_attention =
    "with another number of queries than keys";

/// A case of attention next to a failing one.
struct AttentionNeighbour : AttentionSpec {
  Layout layout = Layout::contiguous;
  bool shares_heads = false;  ///< in groups as those of the failing case
  bool is_cross = false;      ///< it has fewer queries or fewer keys, as the failing case
};

inline constexpr std::array all_layouts = {Layout::contiguous, Layout::gaps, Layout::transposed,
                                           Layout::interleaved, Layout::repeated};
inline bool is_contiguous(const AttentionNeighbour& spec) {
  return spec.layout == Layout::contiguous;
}
/// Whether its entries are ordinary numbers.
inline bool is_ordinary(const AttentionSpec& spec) {
  return spec.entries == Entries::normal || spec.entries == Entries::moderate;
}

/// Whether a finding on another case shows the fault of `first`: true if is_same_fault(), false if
/// the tensor is right or its error smaller by five orders of magnitude, as another fault's may be;
/// nullopt in between, where the cases may differ only in size.
std::optional<bool> shows_fault(const Finding& first, const Finding& other);

/// Cases of attention next to a failing one, with fresh numbers: whether the subject fails there
/// in the same way, and its answers. The answers are compared with the truth directly, whatever
/// the law that failed.
class AttentionNeighbours {
 public:
  /// `found`: a failure of the law of a case of attention or features.
  AttentionNeighbours(const Subject& subject, const Counterexample& found, bool asks_features);

  /// A case with the sizes and options of the failing one on which the fault shows; nullopt if
  /// there is none, as when the law judges more than answers.
  [[nodiscard]] const std::optional<AttentionNeighbour>& base() const { return base_; }
  [[nodiscard]] std::optional<bool> shows(const AttentionNeighbour& spec) const;
  /// The arrays of the answer and the right ones; empty if there is no answer.
  [[nodiscard]] std::vector<ComparedArray> compared(const AttentionNeighbour& spec) const;
  [[nodiscard]] CaseFile file_of(const AttentionNeighbour& spec) const;
  /// What may decide whether the fault shows.
  [[nodiscard]] Circumstances<AttentionNeighbour> circumstances() const;
  /// Cases with the circumstances of the base and more sequences, heads, rows and columns, the
  /// largest first.
  [[nodiscard]] std::vector<AttentionNeighbour> wider() const;

 private:
  [[nodiscard]] AttentionInputs<double> inputs_of(const AttentionNeighbour& spec) const;
  [[nodiscard]] std::optional<Finding> finding_on(const AttentionNeighbour& spec) const;
  /// The kinds of entries, masks and layouts of which one may be that of the failing case.
  [[nodiscard]] std::vector<AttentionNeighbour> bases() const;

  const Subject& subject_;
  const Counterexample& found_;
  bool asks_features_;
  AttentionInputs<double> failing_;
  Finding first_;  ///< on the base
  std::optional<AttentionNeighbour> base_;
};

/// The same for whole models.
class ModelNeighbours {
 public:
  ModelNeighbours(const Subject& subject, const Counterexample& found);

  [[nodiscard]] const std::optional<GradientSpec>& base() const { return base_; }
  [[nodiscard]] std::optional<bool> shows(const GradientSpec& spec) const;
  [[nodiscard]] std::vector<ComparedArray> compared(const GradientSpec& spec) const;
  [[nodiscard]] CaseFile file_of(const GradientSpec& spec) const;
  [[nodiscard]] Circumstances<GradientSpec> circumstances() const;
  [[nodiscard]] std::vector<GradientSpec> wider() const;

 private:
  [[nodiscard]] std::optional<Finding> finding_on(const GradientSpec& spec) const;

  const Subject& subject_;
  const Counterexample& found_;
  Finding first_;
  std::optional<GradientSpec> base_;
};

}  // namespace slim::properties
