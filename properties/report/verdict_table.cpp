// SPDX-License-Identifier: Apache-2.0
#include "properties/report/verdict_table.hpp"

#include "properties/report/unclaimed_laws.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace slim::properties {
namespace {

constexpr std::size_t narrowest_cell = 20;
constexpr std::size_t line_width = 110;

int cases_of_that_kind(const Tally& tally) {
  if (tally.wrong > 0) return tally.wrong;
  return tally.drift > 0 ? tally.drift : tally.suspect;
}

std::string cell(const Verdict& verdict) {
  std::string text = summary(verdict);
  if (verdict.tally.executed() == 0) return text;
  text += " " + in_short(verdict.tally.worst.ratio());
  const int cases = cases_of_that_kind(verdict.tally);
  return cases == 0 ? text : text + fmt::format(" in {}", cases);
}

/// "48 of 60", or one number per scalar if they differ: "48/48/60 of 60".
std::string executed(std::span<const Verdict> verdicts) {
  std::vector<int> counts;
  for (const Verdict& verdict : verdicts) counts.push_back(verdict.tally.executed());
  if (std::ranges::adjacent_find(counts, std::not_equal_to{}) == counts.end()) counts.resize(1);
  return fmt::format("{} of {}", fmt::join(counts, "/"), verdicts.front().tally.cases);
}

/// Indented lines of at most line_width, wrapped after commas.
std::string wrapped(std::string_view text) {
  std::string lines = "  ";
  std::size_t width = 2;
  while (!text.empty()) {
    const std::size_t comma = text.find(", ");
    const std::string_view part =
        text.substr(0, comma == std::string_view::npos ? comma : comma + 2);
    if (width > 2 && width + part.size() > line_width) {
      lines.back() = '\n';
      lines += "  ";
      width = 2;
    }
    lines += part;
    width += part.size();
    text.remove_prefix(part.size());
  }
  return lines + "\n";
}

/// A summary of the laws that no subject claims.
std::string folded(const UnclaimedLaws& laws) {
  if (laws.names.empty()) return {};
  return headline(laws) + "\n" + wrapped(fmt::format("{}", fmt::join(laws.names, ", "))) +
         wrapped("missing claims: " + reasons_in_words(laws));
}

/// Skips of the laws in the table, by reason.
std::string skips(const RunResult& result, const UnclaimedLaws& unclaimed) {
  std::map<std::string, int> by_reason;
  for (const Verdict& verdict : result.verdicts) {
    if (unclaimed.has(verdict.law)) continue;
    for (const auto& [reason, count] : verdict.tally.skipped) by_reason[reason] += count;
  }
  std::string text;
  for (const auto& [reason, count] : by_reason) {
    text += fmt::format("{} skipped: {}\n", count, reason);
  }
  return text;
}

std::string sum(const RunResult& result) {
  int made = 0;
  int skipped = 0;
  int not_run = 0;
  int redrawn = 0;
  for (const Verdict& verdict : result.verdicts) {
    made += verdict.tally.executed();
    skipped += verdict.tally.skipped_in_all();
    not_run += verdict.tally.not_run;
    redrawn += verdict.tally.redrawn;
  }
  return fmt::format("checks: {} executed + {} skipped + {} not run = {}; {} redrawn\n", made,
                     skipped, not_run, made + skipped + not_run, redrawn);
}

std::size_t name_width(const RunPlan& plan) {
  std::size_t width = 0;
  for (const Subject* subject : plan.subjects) width = std::max(width, subject->name.size());
  for (const Law* law : plan.laws) width = std::max(width, law->name.size());
  return width + 4;
}

/// Widths of columns, including the space after them.
struct Widths {
  std::size_t name;
  std::size_t cell;
};

std::size_t cell_width(const RunResult& result) {
  std::size_t width = narrowest_cell;
  for (const Verdict& verdict : result.verdicts) width = std::max(width, cell(verdict).size() + 2);
  return width;
}

std::string heading(const std::string& title, const RunPlan& plan, const Widths& widths) {
  std::string text = fmt::format("{:<{}}", title, widths.name);
  for (const Scalar scalar : plan.scalars) text += fmt::format("{:<{}}", name(scalar), widths.cell);
  return text + "executed\n";
}

}  // namespace

std::string in_short(double ratio) {
  return ratio > 0.0 && ratio < 1e-99 ? "<1e-99" : fmt::format("{:.2g}", ratio);
}

std::string summary(const Verdict& verdict) {
  const Tally& tally = verdict.tally;
  if (tally.wrong > 0) return std::string(name(tally.failure));
  if (verdict.unclaimed()) return "not claimed";
  if (tally.executed() == 0) return "nothing executed";
  if (tally.drift > 0) return "DRIFT";
  return tally.suspect > 0 ? "SUSPECT" : "PASS";
}

std::string verdict_table(const RunPlan& plan, const RunResult& result) {
  const Widths widths{.name = name_width(plan), .cell = cell_width(result)};
  const bool is_of_one = plan.subjects.size() == 1;
  std::string text;
  if (is_of_one) text += heading(plan.subjects.front()->name, plan, widths);
  const UnclaimedLaws unclaimed = unclaimed_laws(result);
  std::span<const Verdict> rest = result.verdicts;
  for (const Law* law : plan.laws) {
    if (unclaimed.has(law->name)) {
      rest = rest.subspan(plan.subjects.size() * plan.scalars.size());
      continue;
    }
    if (!is_of_one) text += heading(law->name, plan, widths);
    int left_out = 0;
    for (const Subject* subject : plan.subjects) {
      const std::span<const Verdict> line = rest.first(plan.scalars.size());
      rest = rest.subspan(plan.scalars.size());
      if (std::ranges::all_of(line, &Verdict::unclaimed)) {
        ++left_out;
        continue;
      }
      text += fmt::format("  {:<{}}", is_of_one ? law->name : subject->name, widths.name - 2);
      for (const Verdict& verdict : line) text += fmt::format("{:<{}}", cell(verdict), widths.cell);
      text += executed(line) + "\n";
    }
    if (left_out > 0) {
      text += fmt::format("  not claimed by {} of {} subjects\n", left_out, plan.subjects.size());
    }
  }
  text +=
      "\nnumbers: the largest error / bound, then the number of cases with that verdict; the cases "
      "of a law after the first wrong one are not run\n";
  return text + skips(result, unclaimed) + folded(unclaimed) + sum(result);
}

nlohmann::ordered_json counts_json(const Tally& tally) {
  return {{"cases", tally.cases},
          {"executed", tally.executed()},
          {"passed", tally.passed},
          {"suspect", tally.suspect},
          {"drift", tally.drift},
          {"wrong", tally.wrong},
          {"skipped", tally.skipped_in_all()},
          {"skipped_by_reason", tally.skipped},
          {"not_run", tally.not_run},
          {"drawn_again", tally.redrawn}};
}

}  // namespace slim::properties
