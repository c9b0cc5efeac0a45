#include "properties/program/place.hpp"

#include "properties/laws/bytes_are_as_claimed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace slim::properties {
namespace {

constexpr std::array<std::string_view, 4> arrays_by_position = {"out", "d.q", "d.k", "d.v"};
constexpr std::array<std::string_view, 3> laws_of_other_rows = {
    "permutation-equivariant", "attention-resumes", "masked-keys-absent"};

bool has_positions(const Counterexample& found) {
  const auto task = found.file.metadata.find("task");
  if (task == found.file.metadata.end() || task->second != "attention") return false;
  if (std::ranges::find(laws_of_other_rows, found.law) != laws_of_other_rows.end()) return false;
  const std::string& tensor = found.finding.worst.tensor;
  const std::string_view array = std::string_view(tensor).substr(0, tensor.find_first_of("[ "));
  return std::ranges::find(arrays_by_position, array) != arrays_by_position.end();
}

}  // namespace

Index slice_length_of(const Counterexample& found) {
  Index C = 0;
  const auto text = found.file.metadata.find("chunk");
  if (!has_positions(found) || text == found.file.metadata.end()) return C;
  std::from_chars(text->second.data(), text->second.data() + text->second.size(), C);
  return C;
}

std::string place_of(const Counterexample& found) {
  const Discrepancy& worst = found.finding.worst;
  if (!found.finding.has_numbers()) return "no answer that could be compared";
  if (found.law == laws::bytes_are_as_claimed_name) return worst.tensor;
  std::string text = fmt::format("{}, row {}", worst.tensor, worst.row);
  const Index C = slice_length_of(found);
  if (C <= 0) return text;
  return text + fmt::format(" (row {} of slice {}, C={})", worst.row % C, worst.row / C, C);
}

std::string where(const Counterexample& found) {
  const Discrepancy& worst = found.finding.worst;
  if (!found.finding.has_numbers()) return place_of(found);
  return fmt::format("{}: error {:.3g}, bound {:.3g}, ratio {:.3g}", place_of(found), worst.error,
                     worst.bound, worst.ratio());
}

}  // namespace slim::properties
