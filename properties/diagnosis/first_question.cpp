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
                                         const ErrorScale& error_scale, bool varies) {
  ProbeSet::Case* other = case_of_other_widths(trial.file(), probe_set);
  const auto as_first_call = [&] {
    restart();
    return recorded_answers(trial, subject, scalar);
  };
  const auto after = [&](Trial& earlier) {
    restart();
    check_safely(earlier, subject, scalar);
    return recorded_answers(trial, subject, scalar);
  };
  const auto is_alike = [&](const RecordedAnswers& one, const RecordedAnswers& wanted) {
    const Discrepancy apart = error_scale.apart(one, wanted);
    return apart.error <= apart.bound;
  };
  const RecordedAnswers first = as_first_call();
  /// The results after an earlier call; empty if they are the same, or change by chance.
  const auto changed_after = [&](Trial& earlier) -> std::optional<RecordedAnswers> {
    RecordedAnswers second = after(earlier);
    if (is_alike(second, first)) return std::nullopt;
    const bool is_repeatable = is_alike(as_first_call(), first) && is_alike(after(earlier), second);
    return is_repeatable ? std::optional(std::move(second)) : std::nullopt;
  };
  const auto words = [&](const RecordedAnswers& second, const std::string& after_what,
                         const std::string& evidence) {
    const auto outcome = [](const RecordedAnswers& of) {
      return of.finding.outcome == Outcome::wrong ? "wrong" : "right";
    };
    return fmt::format(
        "returns one result for a case in the first call of a new process ({}) and another one {} "
        "({}): it keeps {} ({})",
        outcome(first), after_what, outcome(second),
        evidence.empty() ? "something from earlier calls" : "a value from its first call",
        evidence.empty() ? law.name : law.name + " after " + evidence);
  };
  if (other != nullptr) {
    if (const auto second = changed_after(*other->trial)) {
      return words(*second, "after a call with other widths",
                   other->law->name + ", " + other->readable);
    }
  }
  if (!varies) return {};
  const auto again = changed_after(trial);
  return again ? words(*again, "where the call is repeated", "") : "";
}

}  // namespace slim::properties
