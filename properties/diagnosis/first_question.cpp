// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/first_question.hpp"

#include "properties/engine/shrink.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::properties {
namespace {

/// The widths that a program may keep: of queries and values, or of a model.
std::vector<Index> widths_of(const CaseFile& file) {
  std::vector<Index> widths;
  for (const char* name : {"q", "v"}) {
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end()) continue;
    widths.push_back(static_cast<Index>(found->second.shape.back()));
  }
  const auto width = file.metadata.find("hidden_dim");
  if (width != file.metadata.end()) widths.push_back(std::stol(width->second));
  return widths;
}

/// A case of the probe set that has no width in common with this one; null if there is none.
ProbeSet::Case* case_of_other_widths(const CaseFile& file, std::span<ProbeSet::Case> probe_set) {
  const std::vector<Index> own = widths_of(file);
  for (ProbeSet::Case& c : probe_set) {
    const std::vector<Index> other = widths_of(c.trial->file());
    if (other.size() != own.size() || own.empty()) continue;
    const bool differs_in_all = std::ranges::equal(own, other, std::not_equal_to{});
    if (differs_in_all) return &c;
  }
  return nullptr;
}

}  // namespace

std::string dependence_on_first_question(const Subject& subject, const Restart& restart,
                                         Scalar scalar, const Law& law, Trial& trial,
                                         std::span<ProbeSet::Case> probe_set,
                                         const ErrorScale& error_scale) {
  ProbeSet::Case* other = case_of_other_widths(trial.file(), probe_set);
  if (other == nullptr) return {};
  const auto as_first_call = [&] {
    restart();
    return recorded_answers(trial, subject, scalar);
  };
  const auto after_another = [&] {
    restart();
    check_safely(*other->trial, subject, scalar);
    return recorded_answers(trial, subject, scalar);
  };
  const auto is_alike = [&](const RecordedAnswers& one, const RecordedAnswers& wanted) {
    const Discrepancy apart = error_scale.apart(one, wanted);
    return apart.error <= apart.bound;
  };
  const RecordedAnswers first = as_first_call();
  const RecordedAnswers second = after_another();
  if (is_alike(second, first)) return {};
  // Answers that change by chance differ in these, too.
  if (!is_alike(as_first_call(), first) || !is_alike(after_another(), second)) return {};
  const auto outcome = [](const RecordedAnswers& of) {
    return of.finding.outcome == Outcome::wrong ? "wrong" : "right";
  };
  return fmt::format(
      "returns one result for a case in the first call of a new process ({}) and another one after "
      "a call with other widths ({}): it keeps a value from its first call ({} after {}, {})",
      outcome(first), outcome(second), law.name, other->law->name, other->readable);
}

}  // namespace slim::properties
