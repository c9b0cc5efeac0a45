#include "properties/program/report.hpp"

#include "properties/program/place.hpp"
#include "properties/program/verdict_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace slim::properties {
namespace {

std::string statement_of(const RunPlan& plan, const std::string& name) {
  const auto law = std::ranges::find(plan.laws, name, &Law::name);
  return law == plan.laws.end() ? std::string() : (*law)->statement;
}

std::string failure(const Counterexample& found, const Report& report, const std::string& path,
                    const Diagnosis* diagnosis, bool same_as_before) {
  std::string text = fmt::format("\n{}  {} breaks {} in {}\n", name(found.finding.failure),
                                 found.subject, found.law, name(found.scalar));
  if (!found.finding.note.empty()) text += fmt::format("  it {}\n", found.finding.note);
  text += fmt::format("  law     {}\n", statement_of(report.plan, found.law));
  if (found.finding.has_numbers()) text += fmt::format("  where   {}\n", where(found));
  text += fmt::format("  case    {}\n", found.readable);
  text += fmt::format("  drawn   {} (seed {}, case {}, {} shrinks)\n", found.drawn,
                      report.plan.seed, found.case_number, found.shrinks);
  text += fmt::format("  replay  {}\n", replay_line(path, report.replay_options));
  if (diagnosis == nullptr) return text;
  std::vector<std::string> lines = in_words(*diagnosis);
  if (same_as_before && lines.size() > 1) {
    std::string& known = lines.front();
    if (known.ends_with(':')) known.pop_back();
    lines = {known + ", as above"};
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += fmt::format("  {:<8}{}\n", i == 0 ? "looks" : "", lines[i]);
  }
  return text;
}

/// Whether the failure before this one has the same subject, and the same diagnosis in its first
/// line.
bool is_known(const Report& report, std::size_t i) {
  if (i == 0 || report.diagnoses.empty()) return false;
  const std::vector<Counterexample>& all = report.result.counterexamples;
  const std::vector<std::string> here = in_words(report.diagnoses.at(i));
  const std::vector<std::string> before = in_words(report.diagnoses.at(i - 1));
  return all[i].subject == all[i - 1].subject && !here.empty() && !before.empty() &&
         here.front() == before.front();
}

}  // namespace

std::string quoted_for_shell(const std::string& text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-=:,@%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string replay_line(const std::string& path, const std::string& options) {
  if (path.empty()) return "slim-measure foreign " + options;
  return "slim-verify replay " + (options.empty() ? "" : options + " ") + quoted_for_shell(path);
}

std::string to_text(const Report& report) {
  std::string text = verdict_table(report.plan, report.result);
  const bool drifted = std::ranges::any_of(
      report.result.verdicts, [](const Verdict& verdict) { return verdict.tally.drift > 0; });
  if (drifted) {
    text +=
        "\nDRIFT: right in 50 digits (attention: within what subtracting can lose), but rounding "
        "is "
        "amplified beyond what\n"
        "a program that only adds would show. That is what recovering sums by subtraction does; "
        "it\n"
        "is declared by the subject, and not a failure.\n";
  }
  if (const std::vector<std::string> idle = report.result.idle_laws(); !idle.empty()) {
    text += fmt::format("\nlaws that executed no case, which is a failure: {}\n",
                        fmt::join(idle, ", "));
  }
  if (const std::vector<std::string>& tasks = report.result.unasked_tasks; !tasks.empty()) {
    text += fmt::format("\ndeclared tasks of which no case was executed, which is a failure: {}\n",
                        fmt::join(tasks, ", "));
  }
  for (std::size_t i = 0; i < report.result.counterexamples.size(); ++i) {
    text +=
        failure(report.result.counterexamples[i], report, report.case_paths.at(i),
                report.diagnoses.empty() ? nullptr : &report.diagnoses.at(i), is_known(report, i));
  }
  return text + fmt::format("\n{} in {:.1f} s, seed {}\n",
                            report.result.holds() ? "all laws hold" : "NOT all laws hold",
                            report.seconds, report.plan.seed);
}

}  // namespace slim::properties
