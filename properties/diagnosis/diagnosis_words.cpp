#include "properties/diagnosis/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::properties {
namespace {

/// "here and in all 184 further cases, in 27 of which it shows"
std::string elsewhere(const Likeness& found) {
  if (found.further == 0) return "on this case; no further one could be asked";
  std::string text = fmt::format("here and in all {} further cases, ", found.further);
  if (!found.also_in.empty()) text += fmt::format("of {} too, ", found.also_in);
  text += found.shown == 0 ? "in none of which it shows"
                           : fmt::format("in {} of which it shows", found.shown);
  return text;
}

const char* what_is_alike(Topic topic) {
  switch (topic) {
    case Topic::attention:
    case Topic::models:
      return "answers alike";
    case Topic::refusals:
      return "answers and refuses alike";
    case Topic::bytes:
      return "answers alike, and takes as many bytes more for longer sequences and slices,";
    case Topic::projections:
      return "draws the same numbers";
  }
  return "";
}

std::string evidence(const Diagnosis& diagnosis, const Likeness& found) {
  if (found.in_forward_alone) {
    return fmt::format(
        "answers alike but for gradients {}; on this case its forward pass and the suspect's "
        "differ by {:.2g} times what rounding allows, it and the reference by {:.2g} times "
        "(most in {})",
        elsewhere(found), found.on_the_case.ratio(), found.from_reference.ratio(),
        found.from_reference.tensor);
  }
  std::string text = fmt::format("{} {}", what_is_alike(diagnosis.topic), elsewhere(found));
  if (diagnosis.topic == Topic::refusals || diagnosis.topic == Topic::bytes) return text;
  return text +
         fmt::format(
             "; on this case its answers and the suspect's differ by {:.2g} times what rounding "
             "allows, its and the reference's by {:.2g} times (most in {})",
             found.on_the_case.ratio(), diagnosis.from_reference.ratio(),
             diagnosis.from_reference.tensor);
}

/// With a mutant's story, or what to do about a convention.
std::string with_story(const Likeness& found) {
  return fmt::format("{}{} ({})", found.name,
                     found.has_derivative_of_forward() ? " in its forward pass" : "",
                     found.story.empty() ? "if that is meant, declare it" : found.story);
}

/// How sure it is, in the first words.
const char* opening(const Likeness& found) {
  if (found.in_forward_alone && !found.has_derivative_of_forward()) {
    return "its forward pass behaves like";
  }
  if (found.by_pattern > 0) return "changes from one asking to the next, as does";
  if (found.shown == 0) return "may behave like";
  return found.story.empty() ? "fits the convention" : "behaves like";
}

std::string pullback_beside_forward(const Likeness& found) {
  if (found.has_derivative_of_forward()) {
    return fmt::format(
        "its pullback is the derivative of that pass, by its slopes in {} answers, which the "
        "suspect's is not",
        found.slopes);
  }
  if (!found.no_slope.empty()) {
    return "its pullback is neither the suspect's nor the derivative of that pass: " +
           found.no_slope;
  }
  return "its pullback is not the suspect's; whether it is the derivative of that pass was not "
         "told";
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
  if (group.front().in_forward_alone) lines.push_back(pullback_beside_forward(group.front()));
  std::string shown = evidence(diagnosis, group.front());
  if (std::ranges::find(lines, shown) == lines.end()) lines.push_back(std::move(shown));
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
  if (lines.empty()) {
    add_group(lines, diagnosis, diagnosis.forward_like,
              "its forward pass behaves like one of these");
  }
  if (!lines.empty()) return lines;
  if (!diagnosis.earlier_calls.empty()) {
    lines.push_back("its answers depend on earlier calls: it " + diagnosis.earlier_calls);
    for (const Likeness& found : diagnosis.like_in_that) {
      lines.push_back("the same is seen of " + with_story(found));
    }
    return lines;
  }
  const bool compared = diagnosis.mutants + diagnosis.conventions > 0;
  if (!compared) return lines;
  lines.push_back(
      fmt::format("behaves like none of {} mutants{}", diagnosis.mutants,
                  diagnosis.conventions == 0
                      ? ""
                      : fmt::format(", and fits none of {} conventions", diagnosis.conventions)));
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
