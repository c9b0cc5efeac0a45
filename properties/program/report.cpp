#include "properties/program/report.hpp"

#include <fmt/format.h>

namespace slim::properties {
namespace {

std::string counts(const Tally& tally) {
  std::string text = fmt::format("{} executed: {} passed", tally.executed(), tally.passed);
  const auto add = [&](int count, std::string_view what) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  };
  add(tally.suspect, "suspect");
  add(tally.drift, "drift");
  add(tally.wrong, "wrong");
  for (const auto& [reason, count] : tally.skipped) {
    text += fmt::format("; {} skipped ({})", count, reason);
  }
  if (tally.not_run > 0) text += fmt::format("; {} not run", tally.not_run);
  if (tally.drawn_again > 0) text += fmt::format("; {} drawn again", tally.drawn_again);
  return text;
}

std::string line(const Verdict& verdict) {
  std::string text = fmt::format("  {:<26} {:<9} {:<16} {}", verdict.subject, name(verdict.scalar),
                                 summary(verdict), counts(verdict.tally));
  if (verdict.tally.executed() > 0) {
    text += fmt::format("; worst {:.2g} of the bound", verdict.tally.worst.ratio());
  }
  return text + "\n";
}

std::string failure(const Counterexample& found, std::uint64_t seed, const std::string& path) {
  const Discrepancy& worst = found.finding.worst;
  std::string text =
      fmt::format("\nWRONG  {} breaks {} in {}\n", found.subject, found.law, name(found.scalar));
  if (!found.finding.note.empty()) text += fmt::format("  it {}\n", found.finding.note);
  text += fmt::format("  where   {}, row {}: error {:.3g}, bound {:.3g}, ratio {:.3g}\n",
                      worst.tensor, worst.row, worst.error, worst.bound, worst.ratio());
  text += fmt::format("  case    {}\n", found.readable);
  text += fmt::format("  drawn   {} (seed {}, case {}, {} shrinks)\n", found.drawn, seed,
                      found.case_number, found.shrinks);
  return text + fmt::format("  replay  {}\n", replay_line(path));
}

}  // namespace

std::string summary(const Verdict& verdict) {
  const Tally& tally = verdict.tally;
  if (tally.wrong > 0) return "WRONG";
  if (verdict.unclaimed()) return "not claimed";
  if (tally.executed() == 0) return "nothing executed";
  if (tally.drift > 0) return "DRIFT";
  return tally.suspect > 0 ? "SUSPECT" : "PASS";
}

std::string replay_line(const std::string& path) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-=:,@%";
  if (path.find_first_not_of(plain) == std::string::npos) return "slim-verify replay " + path;
  std::string quoted = "'";
  for (const char c : path) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "slim-verify replay " + quoted + "'";
}

std::string to_text(const Report& report) {
  std::string text;
  std::string law;
  bool drifted = false;
  for (const Verdict& verdict : report.result.verdicts) {
    if (verdict.law != law) text += verdict.law + "\n";
    law = verdict.law;
    text += line(verdict);
    drifted = drifted || verdict.tally.drift > 0;
  }
  if (drifted) {
    text +=
        "\nDRIFT: right in 50 digits, but the rounding of hardware numbers is amplified beyond "
        "what\n"
        "a program that only adds would show. That is what recovering sums by subtraction does; "
        "it\n"
        "is declared by the subject, and not a failure.\n";
  }
  for (const std::string& idle : report.result.idle_laws()) {
    text += fmt::format("\nlaw {} executed no case, which is a failure\n", idle);
  }
  for (std::size_t i = 0; i < report.result.counterexamples.size(); ++i) {
    text += failure(report.result.counterexamples[i], report.plan.seed, report.case_paths.at(i));
  }
  return text + fmt::format("\n{} in {:.1f} s, seed {}\n",
                            report.result.holds() ? "all laws hold" : "NOT all laws hold",
                            report.seconds, report.plan.seed);
}

}  // namespace slim::properties
