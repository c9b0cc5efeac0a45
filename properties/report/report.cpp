// SPDX-License-Identifier: Apache-2.0
#include "properties/report/report.hpp"

#include "properties/report/coverage_in_words.hpp"
#include "properties/report/drift.hpp"
#include "properties/report/legend.hpp"
#include "properties/report/level.hpp"
#include "properties/report/place.hpp"
#include "properties/report/unusual_declarations.hpp"
#include "properties/report/verdict_table.hpp"
#include "reference/vocabulary/scalars/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::properties {
namespace {

constexpr std::size_t widest_line = 110;
constexpr std::size_t longest_part = 4000;  ///< part of a line; replay commands may be long

/// Wrapped between words, with indented continuation lines.
std::string in_lines(std::string_view text) {
  std::string lines;
  while (text.size() > widest_line) {
    const std::size_t space = text.rfind(' ', widest_line);
    if (space == std::string_view::npos) break;
    lines += fmt::format("{}\n  ", text.substr(0, space));
    text.remove_prefix(space + 1);
  }
  return lines + std::string(text) + "\n";
}

std::string statement_of(const RunPlan& plan, const std::string& name) {
  const auto law = std::ranges::find(plan.laws, name, &Law::name);
  return law == plan.laws.end() ? std::string() : (*law)->statement;
}

/// "; there error 0.5, bound 1e-16, ratio 5e+15" of a case that was shrunk.
std::string drawn_error_in_words(const Counterexample& found) {
  if (found.shrinks == 0 || !found.finding.has_numbers()) return {};
  return fmt::format("; there {}, {}", found.on_drawn.tensor, error_in_words(found.on_drawn));
}

/// A failure in full: a heading, then lines that begin with a keyword.
std::string failure(const Report& report, std::size_t place, const std::vector<Look>& looks) {
  const Counterexample& found = report.result.counterexamples[place];
  const auto line = [](std::string_view word, std::string_view text) {
    return fmt::format("  {:<11}{}\n", word, on_one_line(text, longest_part));
  };
  std::string text = fmt::format("\n{}  {} breaks {} in {}\n", name(found.finding.failure),
                                 found.subject, found.law, name(found.scalar));
  if (!found.finding.note.empty()) {
    text += fmt::format("  it {}\n", on_one_line(found.finding.note, longest_part));
  }
  text += line("law", statement_of(report.plan, found.law));
  if (found.finding.has_numbers()) text += line("where", where(found));
  const std::string change = refinement_in_words(report.result, found.law, found.subject);
  if (!change.empty()) text += line("scalar", change);
  text += line("case", found.readable);
  text += line("drawn", fmt::format("{} (seed {}, case {}; {} shrinking steps{})", found.drawn,
                                    report.plan.seed, found.case_number, found.shrinks,
                                    drawn_error_in_words(found)));
  text += line("replay", replay_line(report.case_paths.at(place), report.replay_options));
  if (looks.empty()) return text;
  const std::vector<std::string>& lines = looks[place].lines;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += line(i == 0 ? "diagnosis" : "", lines[i]);
  }
  return text;
}

/// The failures of a group that are not shown in full, one line each.
std::string others(const Report& report, const FailureGroup& group) {
  if (group.others.empty()) return {};
  std::string text = fmt::format("  {:<11}{}\n", "also", headline_of_others(group));
  std::size_t width = 0;
  for (const std::size_t place : group.others) {
    width = std::max(width, report.result.counterexamples[place].law.size());
  }
  for (const std::size_t place : group.others) {
    const Counterexample& found = report.result.counterexamples[place];
    const std::string again = replay_line(report.case_paths.at(place), report.replay_options);
    text += fmt::format("  {:<11}{:<{}}  {:<9} {}; {}\n", "", found.law, width, name(found.scalar),
                        on_one_line(in_brief(found.finding), longest_part),
                        on_one_line(again, longest_part));
  }
  return text;
}

std::string levels_text(const RunResult& result) {
  std::string text;
  for (const LevelVerdict& level : level_verdicts(result)) {
    if (level.of == 0) continue;
    text +=
        fmt::format("{:<10} {:<12} {}\n", name(level.level), name(level.standing), in_words(level));
  }
  return text.empty() ? text : "\n" + text;
}

/// Unprintable bytes become the shell's escapes: $'a\033'.
std::string escaped_for_shell(const std::string& text) {
  std::string quoted = "$'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\'' || c == '\\') {
      quoted += {'\\', c};
    } else if (byte < 0x20 || byte >= 0x7f) {
      quoted += fmt::format("\\{:03o}", byte);
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace

std::string quoted_for_shell(const std::string& text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-=:,@%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  if (on_one_line(text, text.size()) != text) return escaped_for_shell(text);
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string replay_line(const std::string& path, const std::string& options) {
  if (path.empty()) return "slim-measure foreign " + options;
  return "slim-verify replay " + (options.empty() ? "" : options + " ") + quoted_for_shell(path);
}

std::vector<Look> looks_of(const Report& report) {
  std::vector<Look> looks;
  for (const Diagnosis& diagnosis : report.diagnoses) looks.push_back(look_of(diagnosis));
  return looks;
}

std::string to_text(const Report& report) {
  std::string text;
  for (const std::string& line : unusual_declarations_in_words(report.plan.subjects)) {
    text += in_lines(line) + "\n";
  }
  text += verdict_table(report.plan, report.result);
  const std::vector<std::string> drift = drift_in_words(report.result);
  if (!drift.empty()) text += "\n";
  for (const std::string& line : drift) text += in_lines(line);
  for (const std::string& line : coverage_in_words(report.plan, report.result))
    text += in_lines(line);
  for (const std::string& shortfall : report.result.shortfalls()) {
    text += fmt::format("\nFALLS SHORT  {}\n", shortfall);
  }
  const std::vector<Look> looks = looks_of(report);
  for (const FailureGroup& group : failure_groups(report.result.counterexamples, looks)) {
    text += failure(report, group.shown, looks) + others(report, group);
  }
  const std::vector<std::string> legend = legend_of(report.result.counterexamples);
  if (!legend.empty()) text += "\n";
  for (const std::string& sentence : legend) text += in_lines(sentence);
  return text +
         fmt::format("\n{}\n{:.1f} s, seed {}{}{}\n",
                     how_it_went(report.result, report.expectation), report.seconds,
                     report.plan.seed, report.ranks.empty() ? "" : ", ", report.ranks) +
         levels_text(report.result);
}

}  // namespace slim::properties
