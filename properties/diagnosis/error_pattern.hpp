// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/memory/heads.hpp"

#include <span>
#include <string>
#include <vector>

namespace slim::properties {

/// An array of an answer and the right one, in the order [batch, heads, rows, columns].
struct ComparedArray {
  std::string name;
  HeadsSizes sizes;
  std::vector<double> got{};
  std::vector<double> wanted{};
  std::vector<double> bound{};  ///< an entry is right if |got − wanted| ≤ bound
  bool is_state = false;        ///< its rows are the sums of the columns of v, then the sum of keys

  [[nodiscard]] bool is_right(std::size_t place) const;
};

/// A property of the wrong entries, such as "out: 2 times the right answer". Two cases with other
/// numbers show the same pattern if their texts are equal; details, such as factors, may differ.
struct PatternFact {
  std::string text;
  std::string detail;

  bool operator==(const PatternFact&) const = default;
};

/// Numbers that a factor may be, such as {"D", 4} and {"1/sqrt(D)", 0.5}.
struct NamedNumber {
  std::string name;
  double value;
};

/// How an answer differs from the right one: which arrays are wrong; in which sequences, heads,
/// rows and columns; and how the wrong entries follow from the right ones, if they do: not finite,
/// 0, a constant factor (one for all, or one for each index along an axis), the answer of another
/// index, the sum or the running sum along an axis, memory in another order, the right numbers
/// elsewhere, an error that is the same in all rows or grows with the row. Empty if no entry is
/// wrong. `slice_length`: C, or 0 for an answer without slices. Requires arrays of consistent
/// sizes.
std::vector<PatternFact> error_pattern(std::span<const ComparedArray> arrays, Index slice_length,
                                       std::span<const NamedNumber> numbers = {});

/// The facts that two cases have in common, with the details in which they agree.
std::vector<PatternFact> in_common(std::span<const PatternFact> one,
                                   std::span<const PatternFact> other);

/// One line for each fact.
std::vector<std::string> in_words(std::span<const PatternFact> facts);

}  // namespace slim::properties
