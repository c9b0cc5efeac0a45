// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace slim::properties {
namespace {

/// "on this case and on all 184 further cases; 27 of these show the deviation from the reference"
std::string elsewhere(const Likeness& found) {
  if (found.further == 0) return "on this case; no further case could be compared";
  std::string text = fmt::format("on this case and on all {} further cases", found.further);
  if (!found.also_in.empty()) text += fmt::format(", also in {}", found.also_in);
  text += fmt::format("; {} of these show the deviation from the reference",
                      found.shown == 0 ? "none" : std::to_string(found.shown));
  return text;
}

const char* what_is_alike(Topic topic) {
  switch (topic) {
    case Topic::attention:
    case Topic::models:
      return "its answers match";
    case Topic::refusals:
      return "its answers and its kinds of errors match";
    case Topic::bytes:
      return "its answers and its memory growth with longer sequences and slices match";
    case Topic::projections:
      return "its random projections match";
  }
  return "";
}

std::string evidence(const Diagnosis& diagnosis, const Likeness& found) {
  if (found.in_forward_alone) {
    return fmt::format(
        "all its answers except gradients match {}; on this case its forward pass differs from "
        "the mutant's by {:.2g} times the rounding bound, and from the reference's by {:.2g} times "
        "(most in {})",
        elsewhere(found), found.on_the_case.ratio(), found.from_reference.ratio(),
        found.from_reference.tensor);
  }
  std::string text = fmt::format("{} {}", what_is_alike(diagnosis.topic), elsewhere(found));
  if (diagnosis.topic == Topic::refusals || diagnosis.topic == Topic::bytes) return text;
  return text +
         fmt::format(
             "; on this case they differ from those of the match by {:.2g} times the rounding "
             "bound, and from the reference's by {:.2g} times (most in {})",
             found.on_the_case.ratio(), diagnosis.from_reference.ratio(),
             diagnosis.from_reference.tensor);
}

/// The name with the description of a mutant, or with advice about a convention.
std::string with_description(const Likeness& found) {
  return fmt::format(
      "{}{} ({})", found.name, found.has_derivative_of_forward() ? " in its forward pass" : "",
      found.description.empty() ? "if this is intended, declare it" : found.description);
}

/// The first words, which show how certain the diagnosis is.
const char* opening(const Likeness& found) {
  if (found.in_forward_alone && !found.has_derivative_of_forward()) {
    return "its forward pass behaves like";
  }
  if (found.by_pattern > 0) return "its answers change from call to call, like those of";
  if (found.shown == 0) return "may behave like";
  return found.description.empty() ? "fits the convention" : "behaves like";
}

std::string about_pullback(const Likeness& found) {
  if (found.has_derivative_of_forward()) {
    return fmt::format(
        "its pullback, unlike the mutant's, is the derivative of that pass (compared with finite "
        "differences for {} answers): correct the forward pass",
        found.slopes);
  }
  if (!found.no_slope.empty()) {
    return "its pullback is neither the mutant's nor the derivative of that pass: " +
           found.no_slope;
  }
  return "its pullback is not the mutant's; whether it is the derivative of that pass could not be "
         "determined";
}

void add_group(std::vector<std::string>& lines, const Diagnosis& diagnosis,
               const std::vector<Likeness>& group, const char* several) {
  if (group.empty()) return;
  if (group.size() == 1) {
    lines.push_back(fmt::format("{}: {}", opening(group.front()), with_description(group.front())));
    if (!group.front().seen.empty()) lines.push_back("typical cause: " + group.front().seen);
  } else {
    lines.push_back(fmt::format("{}, which no case distinguishes:", several));
    for (const Likeness& found : group)
      lines.push_back(std::string(further_name) + with_description(found));
  }
  if (group.front().in_forward_alone) lines.push_back(about_pullback(group.front()));
  std::string shown = evidence(diagnosis, group.front());
  if (std::ranges::find(lines, shown) == lines.end()) lines.push_back(std::move(shown));
}

/// What is known if nothing matches.
void add_description(std::vector<std::string>& lines, const Diagnosis& diagnosis) {
  const FaultDescription& found = diagnosis.description;
  if (diagnosis.mutants + diagnosis.conventions > 0) {
    lines.push_back(fmt::format(
        "no known fault matches: compared with {} mutants{}", diagnosis.mutants,
        diagnosis.conventions == 0 ? ""
                                   : fmt::format(" and {} conventions", diagnosis.conventions)));
    if (!diagnosis.failed_again) {
      lines.emplace_back(
          "repeated, the case did not break the law: its answers depend on more than its inputs");
    }
  }
  if (!diagnosis.precision.type.empty()) {
    lines.push_back(fmt::format(
        "its errors are those of rounding to {}: within the law's bound in that type on {}, not in "
        "the next finer type, and erratic; check for values that are converted to it",
        diagnosis.precision.type,
        diagnosis.precision.failures == 1
            ? "the failing case"
            : fmt::format("all {} failing cases", diagnosis.precision.failures)));
  }
  if (!found.condition.empty()) lines.push_back(found.condition);
  std::ranges::move(in_words(found.pattern), std::back_inserter(lines));
  if (!diagnosis.breaking_conventions.empty()) {
    lines.push_back(
        fmt::format("the reference under {} breaks this law on this case, too, with other answers",
                    diagnosis.breaking_conventions));
  }
}

}  // namespace

std::string Diagnosis::names() const {
  if (!by_pattern.empty()) return by_pattern.front();
  if (declared_so()) return breaking_conventions;
  std::string all = earlier_calls.empty() ? "" : is_by_chance ? "by chance" : "earlier calls";
  const auto add = [&](const std::vector<Likeness>& group) {
    for (const Likeness& found : group) {
      all += fmt::format("{}{}{}\n", found.in_forward_alone ? "forward pass of " : "",
                         found.by_pattern > 0 ? "pattern of " : "", found.name);
    }
  };
  add(like);
  add(fits);
  if (all.empty()) add(forward_like);
  return all;
}

std::vector<std::string> in_words(const Diagnosis& diagnosis) {
  if (!diagnosis.by_pattern.empty()) return diagnosis.by_pattern;
  std::vector<std::string> lines;
  if (diagnosis.declared_so()) {
    return {"your declared convention breaks this law",
            fmt::format(
                "the reference under {} breaks it on this case, too, with the same answers: your "
                "code does what it declares",
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
    lines.push_back(fmt::format("{}: it {}",
                                diagnosis.is_by_chance
                                    ? "its answers change by chance or from call to call"
                                    : "its answers depend on earlier calls",
                                diagnosis.earlier_calls));
    for (const Likeness& found : diagnosis.like_in_that) {
      lines.push_back("the same happens with " + with_description(found));
    }
    return lines;
  }
  add_description(lines, diagnosis);
  return lines;
}

}  // namespace slim::properties
