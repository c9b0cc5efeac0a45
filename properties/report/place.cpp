// SPDX-License-Identifier: Apache-2.0
#include "properties/report/place.hpp"

#include "properties/laws/laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace slim::properties {
namespace {

constexpr std::array<std::string_view, 4> arrays_by_position = {"out", "d.q", "d.k", "d.v"};
constexpr std::array<std::string_view, 3> laws_of_other_rows = {
    "permutation-equivariant", "attention-resumes", "masked-keys-absent"};

bool is_a_case_of_attention(const Counterexample& found) {
  const auto task = found.file.metadata.find("task");
  return task != found.file.metadata.end() && task->second == "attention";
}

bool has_positions(const Counterexample& found) {
  if (!is_a_case_of_attention(found)) return false;
  if (std::ranges::find(laws_of_other_rows, found.law) != laws_of_other_rows.end()) return false;
  return std::ranges::find(arrays_by_position, array_of_worst(found.finding)) !=
         arrays_by_position.end();
}

/// D_v if the worst tensor holds sums, whose rows are those of R, then S; else 0.
Index width_of_values(const Counterexample& found) {
  const std::string_view array = array_of_worst(found.finding);
  const auto v = found.file.tensors.find("v");
  if (!is_a_case_of_attention(found) || v == found.file.tensors.end()) return 0;
  return array == "end" || array == "d.initial" ? v->second.shape.back() : 0;
}

}  // namespace

std::string_view array_of_worst(const Finding& finding) {
  const std::string_view tensor = finding.worst.tensor;
  return tensor.substr(0, tensor.find_first_of("[ "));
}

Index slice_length_of(const Counterexample& found) {
  Index C = 0;
  const auto text = found.file.metadata.find("chunk");
  if (!found.sliced || !has_positions(found) || text == found.file.metadata.end()) return C;
  std::from_chars(text->second.data(), text->second.data() + text->second.size(), C);
  return C;
}

std::string place_of(const Counterexample& found) {
  const Discrepancy& worst = found.finding.worst;
  if (!found.finding.has_numbers()) return "no answer that could be compared";
  if (found.law == laws::bytes_as_claimed_name) return worst.tensor;
  std::string text = fmt::format("{}, row {}", worst.tensor, worst.row);
  if (const Index D_v = width_of_values(found); D_v > 0) {
    return text + (worst.row == D_v ? " (S, the sum of keys)"
                                    : fmt::format(" (R, the sum of column {} of v)", worst.row));
  }
  const Index C = slice_length_of(found);
  if (C <= 0) return text;
  return text + fmt::format(" (row {} of slice {}, C={})", worst.row % C, worst.row / C, C);
}

std::string error_in_words(const Discrepancy& worst) {
  if (!std::isfinite(worst.error)) {
    return fmt::format("error not finite, {} (entries that are never written stay NaN)",
                       bound_in_words(worst.bound));
  }
  if (worst.bound == 0.0) return fmt::format("error {:.3g}, but none is allowed", worst.error);
  return fmt::format("error {:.3g}, {}, ratio {:.3g}", worst.error, bound_in_words(worst.bound),
                     worst.ratio());
}

std::string where(const Counterexample& found) {
  if (!found.finding.has_numbers()) return place_of(found);
  return fmt::format("{}: {}", place_of(found), error_in_words(found.finding.worst));
}

}  // namespace slim::properties
