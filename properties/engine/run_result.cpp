// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/engine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::properties {

std::vector<std::string> RunResult::idle_laws() const {
  std::vector<std::string> idle;
  for (const Verdict& verdict : verdicts) {
    const bool executed = std::ranges::any_of(verdicts, [&](const Verdict& other) {
      return other.law == verdict.law && other.tally.executed() > 0;
    });
    if (executed || verdict.unclaimed()) continue;
    if (idle.empty() || idle.back() != verdict.law) idle.push_back(verdict.law);
  }
  return idle;
}

std::vector<std::string> RunResult::idle_subjects() const {
  std::vector<std::string> idle;
  if (std::ranges::all_of(verdicts, &Verdict::judges_answers)) return idle;
  for (const Verdict& verdict : verdicts) {
    const auto has = [&](bool judges_answers, bool executed) {
      return std::ranges::any_of(verdicts, [&](const Verdict& other) {
        return other.subject == verdict.subject && other.judges_answers == judges_answers &&
               (other.tally.executed() > 0) == executed;
      });
    };
    const bool is_known = std::ranges::find(idle, verdict.subject) != idle.end();
    if (is_known || !has(false, true) || has(true, true) || !has(true, false)) continue;
    idle.push_back(verdict.subject);
  }
  return idle;
}

std::vector<std::string> RunResult::Judged::never_judged() const {
  constexpr long fewest_comparisons = 10;  // fewer say nothing about a tensor
  std::vector<std::string> names;
  for (const JudgedTensor& of : tensors) {
    if (of.compared >= fewest_comparisons && of.judged == 0) names.push_back(of.tensor);
  }
  return names;
}

long RunResult::Judged::compared() const {
  long sum = 0;
  for (const JudgedTensor& of : tensors) sum += of.compared;
  return sum;
}

long RunResult::Judged::missing() const {
  long sum = 0;
  for (const JudgedTensor& of : tensors) sum += of.compared - of.judged;
  return sum;
}

std::vector<RunResult::Judged> RunResult::judged() const {
  std::vector<Judged> all;
  for (const Verdict& verdict : verdicts) {
    if (verdict.tally.wrong > 0 || verdict.tally.judged.empty()) continue;
    const auto is_same = [&](const Judged& of) {
      return of.subject == verdict.subject && of.scalar == verdict.scalar;
    };
    auto known = std::ranges::find_if(all, is_same);
    if (known == all.end()) {
      known = all.insert(all.end(), {.subject = verdict.subject,
                                     .scalar = verdict.scalar,
                                     .is_narrow = verdict.is_narrow,
                                     .tensors = {}});
    }
    add_counts(known->tensors, verdict.tally.judged);
  }
  return all;
}

std::vector<std::string> RunResult::shortfalls() const {
  const bool executes_something = std::ranges::any_of(
      verdicts, [](const Verdict& verdict) { return verdict.tally.executed() > 0; });
  std::vector<std::string> all;
  if (!executes_something) all.emplace_back("nothing was executed");
  for (const std::string& law : idle_laws()) {
    all.push_back("law " + law + " executed no case, although a subject claims what it checks");
  }
  for (const std::string& task : unasked_tasks) {
    all.push_back("the task " + task + " is declared, but no case of it was executed");
  }
  for (const Sizes& of : sizes) {
    const std::vector<std::string> missing = of.coverage.missing();
    if (!of.required || missing.empty()) continue;
    const std::size_t others = missing.size() - 1;
    all.push_back(fmt::format("subject {} executed no case of task {} with {}{}", of.subject,
                              of.coverage.goal().task, missing.front(),
                              others == 0   ? ""
                              : others == 1 ? ", nor with one other pair of sizes"
                                            : fmt::format(", nor with {} other pairs", others)));
  }
  for (const Judged& of : judged()) {
    for (const std::string& tensor : of.never_judged()) {
      all.push_back(fmt::format(
          "{} of subject {} was never judged in {}: in every case the bound of rounding errors is "
          "larger than its largest entry",
          tensor, of.subject, name(of.scalar)));
    }
    const double most = most_not_judged * static_cast<double>(of.compared());
    if (of.is_narrow || static_cast<double>(of.missing()) <= most) continue;
    all.push_back(fmt::format(
        "of subject {}, {} of {} tensors compared in {} were not judged, and at most {:.0f} % may "
        "be: the bound of rounding errors is larger than the tensor's largest entry",
        of.subject, of.missing(), of.compared(), name(of.scalar), 100.0 * most_not_judged));
  }
  for (const std::string& subject : idle_subjects()) {
    all.push_back("subject " + subject +
                  " executed no law that judges answers: it claims nothing that these laws check");
  }
  return all;
}

bool RunResult::executed_all() const {
  return shortfalls().empty();
}

bool RunResult::holds() const {
  return executed_all() &&
         std::ranges::all_of(verdicts, [](const Verdict& verdict) { return verdict.holds(); });
}

}  // namespace slim::properties
