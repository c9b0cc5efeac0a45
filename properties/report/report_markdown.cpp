// SPDX-License-Identifier: Apache-2.0
#include "properties/report/coverage_in_words.hpp"
#include "properties/report/drift.hpp"
#include "properties/report/legend.hpp"
#include "properties/report/level.hpp"
#include "properties/report/place.hpp"
#include "properties/report/report.hpp"
#include "properties/report/unclaimed_laws.hpp"
#include "properties/report/unusual_declarations.hpp"
#include "properties/report/verdict_table.hpp"
#include "reference/vocabulary/system/markup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace slim::properties {
namespace {

/// The number of checks by outcome; the last row is their sum.
std::string accounts(const RunResult& result) {
  int executed = 0;
  int not_run = 0;
  int all = 0;
  std::map<std::string, int> skipped;
  for (const Verdict& verdict : result.verdicts) {
    executed += verdict.tally.executed();
    not_run += verdict.tally.not_run;
    all += verdict.tally.cases;
    for (const auto& [reason, count] : verdict.tally.skipped) skipped[reason] += count;
  }
  std::string text = "| checks | |\n|---:|---|\n";
  text += fmt::format("| {} | executed |\n", executed);
  for (const auto& [reason, count] : skipped) {
    text += fmt::format("| {} | skipped: {} |\n", count, markdown(reason));
  }
  text += fmt::format("| {} | not run (after the first wrong case) |\n", not_run);
  return text + fmt::format("| **{}** | **total** |\n", all);
}

std::string verdicts(const RunResult& result) {
  std::string text = "| law | subject | scalar | verdict | error / bound | executed |\n";
  text += "|---|---|---|---|---:|---:|\n";
  for (const Verdict& verdict : result.verdicts) {
    if (verdict.unclaimed()) continue;
    const Tally& tally = verdict.tally;
    const std::string worst = tally.executed() == 0 ? std::string() : in_short(tally.worst.ratio());
    text += fmt::format("| {} | {} | {} | {} | {} | {} of {} |\n", markdown(verdict.law),
                        markdown(verdict.subject), name(verdict.scalar), summary(verdict),
                        markdown(worst), tally.executed(), tally.cases);
  }
  const UnclaimedLaws unclaimed = unclaimed_laws(result);
  if (unclaimed.names.empty()) return text;
  return text + fmt::format("\n{}: {}. Missing claims: {}.\n", headline(unclaimed),
                            markdown(fmt::format("{}", fmt::join(unclaimed.names, ", "))),
                            markdown(reasons_in_words(unclaimed)));
}

std::string failure_section(const Report& report, const FailureGroup& group,
                            const std::vector<Look>& looks) {
  const auto again = [&](std::size_t place, bool in_table) {
    return markdown_code(replay_line(report.case_paths.at(place), report.replay_options), in_table);
  };
  const Counterexample& found = report.result.counterexamples[group.shown];
  std::string text = fmt::format("### {} breaks {} in {}\n\n", markdown(found.subject),
                                 markdown(found.law), name(found.scalar));
  const auto law = std::ranges::find(report.plan.laws, found.law, &Law::name);
  if (law != report.plan.laws.end() && !(*law)->statement.empty()) {
    text += fmt::format("The law: {}. Source: {}.\n\n", markdown((*law)->statement),
                        markdown((*law)->source));
  }
  if (!found.finding.note.empty()) {
    text += fmt::format("It {}.\n\n", markdown(found.finding.note));
  }
  if (!looks.empty()) {
    for (const std::string& line : looks[group.shown].lines) text += list_item(line);
  }
  if (found.finding.has_numbers()) text += fmt::format("- where: {}\n", markdown(where(found)));
  const std::string change = refinement_in_words(report.result, found.law, found.subject);
  if (!change.empty()) text += fmt::format("- scalar: {}\n", markdown(change));
  text += fmt::format("- smallest case: {}\n", markdown_code(found.readable));
  text += fmt::format("- drawn: seed {}, case {}; {} shrinking steps\n", report.plan.seed,
                      found.case_number, found.shrinks);
  text += fmt::format("- replay: {}\n", again(group.shown, false));
  if (group.others.empty()) return text + "\n";
  text += fmt::format("\nIt {}\n\n| law | scalar | failure | replay |\n|---|---|---|---|\n",
                      headline_of_others(group));
  for (const std::size_t place : group.others) {
    const Counterexample& other = report.result.counterexamples[place];
    text += fmt::format("| {} | {} | {} | {} |\n", markdown(other.law), name(other.scalar),
                        markdown(in_brief(other.finding)), again(place, true));
  }
  return text + "\n";
}

}  // namespace

std::string list_item(std::string_view line) {
  return line.starts_with(further_name)
             ? fmt::format("  - {}\n", markdown(line.substr(further_name.size())))
             : fmt::format("- {}\n", markdown(line));
}

std::string levels_in_markdown(const RunResult& result) {
  std::string rows;
  for (const LevelVerdict& level : level_verdicts(result)) {
    if (level.of == 0) continue;
    rows += fmt::format("| {} | {} | {} |\n", name(level.level), name(level.standing),
                        markdown(in_words(level)));
  }
  return rows.empty() ? rows : "| level | status | laws |\n|---|---|---|\n" + rows;
}

std::string to_markdown(const Report& report) {
  std::string text = fmt::format("# slim-verify: {}\n\n",
                                 markdown(how_it_went(report.result, report.expectation)));
  text += fmt::format("Seed {}, {} cases per law{}{}, {:.1f} s.\n\n", report.plan.seed,
                      report.plan.cases, report.ranks.empty() ? "" : ", ", report.ranks,
                      report.seconds);
  for (const std::string& line : unusual_declarations_in_words(report.plan.subjects)) {
    text += line + "\n\n";
  }
  text += accounts(report.result) + "\n";
  if (const std::string levels = levels_in_markdown(report.result); !levels.empty()) {
    text += levels + "\n";
  }
  for (const std::string& shortfall : report.result.shortfalls()) {
    text += fmt::format("**Falls short**: {}.\n\n", markdown(shortfall));
  }
  for (const std::string& line : drift_in_words(report.result)) text += markdown(line) + "\n\n";
  for (const std::string& line : coverage_in_words(report.plan, report.result)) {
    text += markdown(line) + "\n\n";
  }
  if (!report.result.counterexamples.empty()) text += "## Failures\n\n";
  const std::vector<Look> looks = looks_of(report);
  for (const FailureGroup& group : failure_groups(report.result.counterexamples, looks)) {
    text += failure_section(report, group, looks);
  }
  for (const std::string& sentence : legend_of(report.result.counterexamples)) {
    text += markdown(sentence) + "\n\n";
  }
  return text + "## Verdicts\n\n" + verdicts(report.result);
}

}  // namespace slim::properties
