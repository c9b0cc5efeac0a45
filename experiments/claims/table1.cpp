// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/table1.hpp"

#include "reference/vocabulary/system/markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace slim::experiments {
namespace {

void remember(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

}  // namespace

std::string table1_in_markdown(std::span<const Verdict> verdicts) {
  constexpr std::string_view separator = " / ";
  const auto row_of = [separator](const Verdict& v) {
    return v.claim.cell.substr(0, v.claim.cell.find(separator));
  };
  const auto column_of = [separator](const Verdict& v) {
    return v.claim.cell.substr(v.claim.cell.find(separator) + separator.size());
  };
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  for (const Verdict& verdict : verdicts) {
    if (verdict.claim.cell.empty()) continue;
    remember(rows, row_of(verdict));
    remember(columns, column_of(verdict));
  }
  std::string text = "| |";
  for (const std::string& column : columns) text += fmt::format(" {} |", column);
  text += "\n|---|";
  for (std::size_t i = 0; i < columns.size(); ++i) text += "---|";
  text += "\n";
  for (const std::string& row : rows) {
    text += fmt::format("| {} |", row);
    for (const std::string& column : columns) {
      for (const Verdict& v : verdicts) {
        if (v.claim.cell != row + std::string(separator) + column) continue;
        const bool quoted = v.claim.source.find("abstract") != std::string::npos;
        text += fmt::format(" O({}), {}; counted {}; {} |", v.claim.theory,
                            quoted ? "abstract" : "derived",
                            v.measured.empty() ? "nothing" : markdown(v.measured), name(v.answer));
      }
    }
    text += "\n";
  }
  return text;
}

}  // namespace slim::experiments
