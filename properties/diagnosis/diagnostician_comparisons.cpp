// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/examination.hpp"
#include "properties/diagnosis/own_slope.hpp"
#include "properties/diagnosis/recorded_failures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

/// A difference above this multiple of the reference's rounding bound is not due to the roundings
/// of any convention.
constexpr double widest_rounding = 1e6;

/// The other hardware scalars in which the subject fails, too, possibly by another fault.
std::vector<Scalar> others_to_explain(const Subject& subject, Scalar except, Topic topic,
                                      std::span<const Scalar> failed_in) {
  const bool of_models = topic == Topic::models || topic == Topic::bytes;
  std::vector<Scalar> others;
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    const bool offers =
        of_models ? subject.gradient.offers(scalar) : subject.attention.offers(scalar);
    const bool failed = std::ranges::find(failed_in, scalar) != failed_in.end();
    if (scalar != except && offers && failed) others.push_back(scalar);
  }
  return others;
}

/// The same answers, with tasks that request the conventions that the suspect applies.
RecordedAnswers under_its_own(RecordedAnswers of_suspect, const Suspect& suspect) {
  for (Answered& answer : of_suspect.answers) {
    if (!answer.attention) continue;
    AttentionInputs<double> inputs = *answer.attention;
    inputs.conventions = suspect.conventions(inputs);
    answer.attention = std::make_shared<const AttentionInputs<double>>(std::move(inputs));
  }
  return of_suspect;
}

/// Whether some recorded failure is not one of gradients alone; true if none is recorded.
bool may_fail_in_forward(std::span<const Counterexample> recorded) {
  const auto is_of_gradients = [](const Counterexample& found) {
    const auto is_gradient = [](const Discrepancy& of) {
      return of.tensor.starts_with("d.") || of.tensor.starts_with("grad.");
    };
    const std::vector<Discrepancy>& wrong = found.finding.wrong_tensors;
    return !wrong.empty() && std::ranges::all_of(wrong, is_gradient);
  };
  return recorded.empty() || !std::ranges::all_of(recorded, is_of_gradients);
}

bool has_nan(const RecordedAnswers& of) {
  return std::ranges::any_of(of.answers, [](const Answered& answer) {
    return std::ranges::any_of(answer.arrays, [](const AnsweredArray& array) {
      return std::ranges::any_of(array.values,
                                 [](const Digits50& x) { return std::isnan(to_double(x)); });
    });
  });
}

/// The difference of a subject and a suspect, and whether a match is evidence.
struct Compared {
  Discrepancy apart;
  bool is_evidence = true;
};

/// Compares by the rounding bound of the reference or, if a convention has other intermediate
/// numbers, by the bound under that convention. If those are outside of the scalar's range, a match
/// is no evidence.
Compared compared_with(const Suspect& suspect, const ErrorScale& error_scale,
                       const RecordedAnswers& of_subject, const RecordedAnswers& of_suspect,
                       Scalar scalar, int& left_out) {
  Compared by_reference{error_scale.apart_but_for_what_varies(of_subject, of_suspect, left_out)};
  const bool may_be_rounding = by_reference.apart.ratio() < widest_rounding;
  if (holds_within(by_reference.apart) || !suspect.conventions || !may_be_rounding) {
    return by_reference;
  }
  const ErrorScale own(under_its_own(of_suspect, suspect), scalar);
  return {own.apart_but_for_what_varies(of_subject, of_suspect, left_out), own.bears_all()};
}

}  // namespace

void Diagnostician::confirm_in(Examination& of, Scalar in, const Suspect& suspect,
                               Likeness& found) {
  const Subject& subject = of.subject;
  const Topic topic = of.diagnosis.topic;
  const Subject substitute = with_claims_of(subject, suspect);
  std::size_t place = 0;
  for (ProbeSet::Case& c : probe_set_.cases(topic, in)) {
    const std::size_t at = place++;
    // Of others, large cases are compared if no smaller one, which come first, shows the fault.
    if (c.is_large && !suspect.is_of_blocks && found.shown > 0) continue;
    const RecordedAnswers& of_subject = on_probe_set(subject, in, topic, at, c);
    if (of_subject.answers.empty() && of_subject.finding.outcome == Outcome::skipped) continue;
    const RecordedAnswers of_suspect = recorded_answers(*c.trial, substitute, in);
    int left_out = 0;
    const auto [apart, is_evidence] =
        found.in_forward_alone
            ? Compared{probe_set_.error_scale(c, in).apart_in_forward(of_subject, of_suspect)}
        : topic == Topic::bytes ? Compared{growth_apart(of_subject, of_suspect)}
                                : compared_with(suspect, probe_set_.error_scale(c, in), of_subject,
                                                of_suspect, in, left_out);
    if (holds_within(apart) && !is_evidence) continue;
    // Where 0/0 makes NaN, the answer says nothing of the fault.
    if (!std::isfinite(apart.error) &&
        (has_zero_denominator(c.trial->file()) || (has_nan(of_subject) && has_nan(of_suspect)))) {
      continue;
    }
    ++found.further;
    if (found.in_forward_alone) {
      if (holds_within(apart))
        confirm_forward(of, c, in, substitute, of_suspect, of_subject, found);
    } else if (of_suspect.finding.outcome == Outcome::wrong) {
      ++found.shown;
    }
    found.by_pattern += left_out;
    if (holds_within(apart)) continue;
    found.parted_in = static_cast<int>(at);
    found.unlike =
        fmt::format("{}, {}: {}, row {}", c.law->name, c.readable, apart.tensor, apart.row);
    return;
  }
}

void Diagnostician::confirm(Examination& of, const Suspect& suspect, Likeness& likeness) {
  const Scalar first = probe_set_scalar(of.subject, of.scalar, of.diagnosis.topic);
  const std::vector<Scalar> others =
      others_to_explain(of.subject, first, of.diagnosis.topic, of.failed_in);
  std::string key =
      fmt::format("{} {} {} {}", of.subject.name, static_cast<int>(of.diagnosis.topic),
                  suspect.name, name(of.scalar));
  for (const Scalar other : others) key += fmt::format(" {}", name(other));
  key += fmt::format(" {}", of.recorded.size());
  if (likeness.in_forward_alone) key += " forward";
  auto known = confirmed_.find(key);
  if (known == confirmed_.end()) {
    Likeness found;
    found.in_forward_alone = likeness.in_forward_alone;
    confirm_in(of, first, suspect, found);
    for (const Scalar other : others) {
      if (!found.unlike.empty()) break;
      confirm_in(of, other, suspect, found);
      found.also_in += fmt::format("{}{}", found.also_in.empty() ? "" : " and ", name(other));
      if (found.unlike.empty()) continue;
      found.parted_in = -1;
      found.unlike = fmt::format("{}, {}", name(other), found.unlike);
    }
    if (found.unlike.empty() && found.by_pattern == 0) {
      found.unlike =
          unexplained_failure(of.recorded, probe_set_.laws(), with_claims_of(of.subject, suspect),
                              found.in_forward_alone);
    }
    known = confirmed_.emplace(std::move(key), std::move(found)).first;
  }
  const Likeness& found = known->second;
  likeness.further = found.further;
  likeness.shown = found.shown;
  likeness.also_in = found.also_in;
  likeness.unlike = found.unlike;
  likeness.parted_in = found.parted_in;
  likeness.by_pattern += found.by_pattern;
  likeness.slopes += found.slopes;
  if (likeness.no_slope.empty()) likeness.no_slope = found.no_slope;
}

void Diagnostician::confirm_forward(Examination& of, ProbeSet::Case& c, Scalar in,
                                    const Subject& substitute, const RecordedAnswers& of_suspect,
                                    const RecordedAnswers& of_subject, Likeness& found) {
  const ErrorScale& error_scale = probe_set_.error_scale(c, in);
  const RecordedAnswers of_reference =
      recorded_answers(*c.trial, reference_with_claims_of(of.subject), in);
  if (!holds_within(error_scale.apart_in_forward(of_suspect, of_reference))) ++found.shown;
  if (!found.no_slope.empty()) return;
  const SlopeComparison slope =
      compared_with_slope(of_subject, substitute, of_suspect, error_scale, Directions::one);
  found.slopes += slope.asked;
  if (slope.other_than.empty()) return;
  found.no_slope = fmt::format("{}, {}: {}", c.law->name, c.readable, slope.other_than);
}

void Diagnostician::compare_in_forward(Examination& of, const Suspect& suspect,
                                       const RecordedAnswers& of_suspect) {
  const Topic topic = of.diagnosis.topic;
  const bool is_of_answers = topic == Topic::attention || topic == Topic::models;
  if (suspect.is_convention || suspect.in_gradient_alone) return;
  if (!is_of_answers || !has_gradients(of.subject)) return;
  const Discrepancy apart = of.error_scale.apart_in_forward(of.of_subject, of_suspect);
  if (!holds_within(apart)) return;
  const bool shows_here =
      !holds_within(of.error_scale.apart_in_forward(of_suspect, of.of_reference));
  Discrepancy from_reference = shows_here
                                   ? of.error_scale.apart_in_forward(of.of_subject, of.of_reference)
                                   : of.diagnosis.from_reference;
  if (!is_nearer(apart, from_reference)) return;
  of.in_forward.push_back({.suspect = &suspect,
                           .shows_here = shows_here,
                           .likeness = {.name = suspect.name,
                                        .description = suspect.description,
                                        .seen = suspect.seen,
                                        .on_the_case = apart,
                                        .in_a_model = suspect.in_a_model,
                                        .also_in = {},
                                        .unlike = {},
                                        .in_forward_alone = true,
                                        .from_reference = std::move(from_reference)}});
}

void Diagnostician::confirm_in_forward(Examination& of) {
  Diagnosis& diagnosis = of.diagnosis;
  const bool may_fail = may_fail_in_forward(of.recorded);
  for (auto& [suspect, shows_here, likeness] : of.in_forward) {
    if (!shows_here && !may_fail) continue;
    const Subject substitute = with_claims_of(of.subject, *suspect);
    const SlopeComparison here = compared_with_slope(
        of.of_subject, substitute, recorded_answers(of.trial, substitute, of.scalar),
        of.error_scale, Directions::one_an_array);
    const bool is_slope_here = here.asked > 0 && here.other_than.empty();
    if (!shows_here && !is_slope_here) continue;
    likeness.slopes = here.asked;
    if (!here.other_than.empty()) likeness.no_slope = "on this case, " + here.other_than;
    confirm(of, *suspect, likeness);
    if (!likeness.is_confident()) continue;
    if (!shows_here && !likeness.has_derivative_of_forward()) continue;
    (likeness.has_derivative_of_forward() ? diagnosis.like : diagnosis.forward_like)
        .push_back(std::move(likeness));
  }
  prefer_models(diagnosis.like);
  prefer_models(diagnosis.forward_like);
}

std::optional<Likeness> Diagnostician::likeness(Examination& of, const Suspect& suspect,
                                                int& compared) {
  if (suspect.in_gradient_alone && !has_gradients(of.subject)) return std::nullopt;
  const bool of_bytes = of.diagnosis.topic == Topic::bytes;
  if (of_bytes && suspect.in_a_model) return std::nullopt;  // the reference's model has no slices
  const RecordedAnswers of_suspect =
      recorded_answers(of.trial, with_claims_of(of.subject, suspect), of.scalar);
  if (of_suspect.finding.outcome == Outcome::skipped) return std::nullopt;
  ++compared;
  compare_in_forward(of, suspect, of_suspect);
  if (of_suspect.finding.outcome != Outcome::wrong) return std::nullopt;
  Likeness found{.name = suspect.name,
                 .description = suspect.description,
                 .seen = suspect.seen,
                 .on_the_case = {},
                 .in_a_model = suspect.in_a_model,
                 .also_in = {},
                 .unlike = {}};
  const Discrepancy as_rounded = of_bytes ? growth_apart(of.of_subject, of_suspect)
                                          : of.error_scale.apart_but_for_what_varies(
                                                of.of_subject, of_suspect, found.by_pattern);
  if (!is_nearer(as_rounded, of.diagnosis.from_reference)) return std::nullopt;
  Compared here = of_bytes ? Compared{as_rounded}
                           : compared_with(suspect, of.error_scale, of.of_subject, of_suspect,
                                           of.scalar, found.by_pattern);
  found.on_the_case = std::move(here.apart);
  if (!holds_within(found.on_the_case) || !here.is_evidence) return std::nullopt;
  confirm(of, suspect, found);
  return found;
}

void Diagnostician::compare(Examination& of, std::span<const Suspect> suspects, int& compared,
                            std::vector<Likeness>& alike) {
  for (const Suspect& suspect : suspects) {
    std::optional<Likeness> found = likeness(of, suspect, compared);
    if (!found) continue;
    (found->unlike.empty() ? alike : of.diagnosis.only_here).push_back(std::move(*found));
  }
}

}  // namespace slim::properties
