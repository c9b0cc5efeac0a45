// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/error_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace slim::experiments {
namespace {

/// The largest error of a cell's records.
struct Worst {
  double relative = -1.0;  ///< negative: no record
  bool refused = false;

  void add(double error, const std::string& refusal) {
    refused = refused || !refusal.empty();
    if (std::isnan(relative)) return;
    relative = std::isnan(error) ? error : std::max(relative, error);
  }
  [[nodiscard]] std::string text() const {
    constexpr double plainly_wrong = 0.01;
    if (refused) return "refused";
    if (relative < 0.0) return "";
    if (relative <= plainly_wrong) return fmt::format("{:.0e}", relative);
    return fmt::format("**{:.0e}**", relative);
  }
};

void add(Worst& worst, const Measured& measured) {
  if (const auto* error = std::get_if<GradientError>(&measured)) {
    worst.add(error->relative, error->refusal);
  } else if (const auto* discrepancy = std::get_if<GradientDiscrepancy>(&measured)) {
    worst.add(discrepancy->relative, discrepancy->refusal);
  }
}

}  // namespace

std::string error_table(const std::string& row_heads, const std::vector<std::string>& subjects,
                        std::span<const Record> records,
                        const std::function<std::string(const Setting&)>& row) {
  std::vector<std::string> order;  // of the rows, by their first records
  std::map<std::string, std::map<std::string, Worst>> cells;
  for (const Record& record : records) {
    const std::string at = row(record.setting);
    if (at.empty()) continue;
    if (!cells.contains(at)) order.push_back(at);
    add(cells[at][record.setting.subject], record.measured);
  }
  const auto columns =
      1 + std::count(row_heads.begin(), row_heads.end(), '|') + static_cast<long>(subjects.size());
  std::string text = fmt::format("| {} | {} |\n|", row_heads, fmt::join(subjects, " | "));
  for (long column = 0; column < columns; ++column) text += "---|";
  text += "\n";
  for (const std::string& at : order) {
    text += fmt::format("| {} |", at);
    for (const std::string& subject : subjects)
      text += fmt::format(" {} |", cells[at][subject].text());
    text += "\n";
  }
  return text;
}

}  // namespace slim::experiments
