#include "properties/diagnosis/diagnosis.hpp"

#include <fmt/format.h>

namespace slim::properties {
namespace {

/// "all 128 further cases, in 31 of which the fault shows"
std::string elsewhere(const Likeness& found) {
  if (found.further == 0) return "on this case; no further one could be asked";
  std::string text = fmt::format("here and in all {} further cases, ", found.further);
  text += found.shown == 0 ? "in none of which it shows"
                           : fmt::format("in {} of which it shows", found.shown);
  return text;
}

std::string evidence(const Diagnosis& diagnosis, const Likeness& found) {
  std::string text = fmt::format("answers alike {}", elsewhere(found));
  return text +
         fmt::format(
             "; on this case the two differ by {:.2g} times what rounding allows, the subject and "
             "the reference by {:.2g} times ({})",
             found.on_the_case.ratio(), diagnosis.from_reference.ratio(),
             diagnosis.from_reference.tensor);
}

std::string with_story(const Likeness& found) {
  return found.story.empty() ? found.name : fmt::format("{} ({})", found.name, found.story);
}

/// How sure it is, in the first words.
const char* opening(const Likeness& found) {
  if (found.by_pattern > 0) return "changes from one asking to the next, as does";
  if (found.shown == 0) return "may behave like";
  return found.story.empty() ? "fits the convention" : "behaves like";
}

void add_group(std::vector<std::string>& lines, const Diagnosis& diagnosis,
               const std::vector<Likeness>& group, const char* several) {
  if (group.empty()) return;
  if (group.size() == 1) {
    lines.push_back(fmt::format("{}: {}", opening(group.front()), with_story(group.front())));
    if (!group.front().seen.empty()) lines.push_back("seen in: " + group.front().seen);
  } else {
    lines.push_back(fmt::format("{}, which no case told apart:", several));
    for (const Likeness& found : group) lines.push_back("  " + with_story(found));
  }
  lines.push_back(evidence(diagnosis, group.front()));
}

}  // namespace

std::vector<std::string> in_words(const Diagnosis& diagnosis) {
  std::vector<std::string> lines;
  if (diagnosis.declared_so()) {
    return {"your declared convention breaks this law",
            fmt::format("the reference under {} breaks it here, too, and answers the same",
                        diagnosis.breaking_conventions)};
  }
  add_group(lines, diagnosis, diagnosis.like, "behaves like one of these");
  add_group(lines, diagnosis, diagnosis.fits, "fits each of these conventions");
  const bool compared = diagnosis.mutants + diagnosis.conventions > 0;
  if (!lines.empty() || !compared) return lines;
  lines.push_back(fmt::format("behaves like none of {} mutants, and fits none of {} conventions",
                              diagnosis.mutants, diagnosis.conventions));
  if (!diagnosis.failed_again) {
    lines.emplace_back(
        "asked again it did not break the law: its answers depend on more than the question");
  }
  if (!diagnosis.precision.empty()) {
    lines.push_back(
        fmt::format("its errors on this case are within those of a correct program in {}",
                    diagnosis.precision));
  }
  for (const Likeness& found : diagnosis.only_here) {
    lines.push_back(fmt::format("like {} on this case, but not in {}", found.name, found.unlike));
    if (lines.size() == 5) break;
  }
  if (!diagnosis.breaking_conventions.empty()) {
    lines.push_back(fmt::format("the reference under {} breaks this law here, too, and otherwise",
                                diagnosis.breaking_conventions));
  }
  return lines;
}

}  // namespace slim::properties
