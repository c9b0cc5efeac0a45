#include "properties/diagnosis/diagnostician.hpp"

#include "properties/catalogue.hpp"
#include "properties/laws/bytes_are_as_claimed.hpp"
#include "properties/laws/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

bool holds_within(const Discrepancy& apart) {
  return apart.error <= apart.bound;
}

/// A suspect that the subject resembles no more than it resembles the reference explains nothing.
bool is_nearer(const Discrepancy& to_suspect, const Discrepancy& to_reference) {
  return to_suspect.ratio() < to_reference.ratio();
}

/// The same fault may be known of whole models and of attention: of a model the former is meant.
void prefer_models(std::vector<Likeness>& like) {
  if (std::ranges::all_of(like, &Likeness::in_a_model)) return;
  std::erase_if(like, [](const Likeness& likeness) { return likeness.in_a_model; });
}

bool has_gradients(const Subject& subject) {
  return subject.gradient.offers_any() || subject.capabilities.pullback;
}

/// What is compared of a subject that broke the law.
Topic topic_to_compare(const Law& law, const Subject& subject, const Finding& finding) {
  if (law.name == laws::bytes_are_as_claimed_name) return Topic::bytes;
  if (law.name == "projection-as-declared") return Topic::projections;
  if (law.name == "refuses-bad-tasks" && finding.failure == Failure::error) return Topic::refusals;
  return subject.attention.offers_any() ? Topic::attention : Topic::models;
}

/// The scalar of the panel: 50 digits are slow, and float64 tells as much apart.
Scalar panel_scalar(const Subject& subject, Scalar scalar, Topic topic) {
  const bool of_models = topic == Topic::models || topic == Topic::bytes;
  const bool offers = of_models ? subject.gradient.offers(Scalar::float64)
                                : subject.attention.offers(Scalar::float64);
  return scalar == Scalar::digits50 && offers ? Scalar::float64 : scalar;
}

/// The next scalars down, in which a program may have computed without saying so.
std::vector<Scalar> narrower_than(Scalar scalar) {
  switch (scalar) {
    case Scalar::digits50:
      return {Scalar::float64};
    case Scalar::float64:
      return {Scalar::float32};
    case Scalar::float32:
      return {Scalar::float16, Scalar::bfloat16};
    default:
      return {};
  }
}

std::string precision_that_fits(const Interview& of_subject, const Interview& of_reference,
                                Scalar scalar) {
  for (const Scalar narrower : narrower_than(scalar)) {
    if (holds_within(Yardstick(of_reference, narrower).apart(of_subject, of_reference))) {
      return std::string(name(narrower));
    }
  }
  return {};
}

/// The reference, asked no more than the subject claims, under the subject's conventions.
Subject reference_as_modest_as(const Subject& subject) {
  Subject reference = reference_subject();
  reference.capabilities = subject.capabilities;
  reference.conventions = subject.conventions;
  reference.attention_conventions = subject.attention_conventions;
  return reference;
}

/// Whether it asks the same question again, after another one.
bool asks_again(const Law& law) {
  return law.name.ends_with("calls-independent");
}

std::vector<Law> all_laws() {
  const std::span<const Law> all = laws::catalogue();
  return {all.begin(), all.end()};
}

}  // namespace

Diagnostician::Diagnostician() : Diagnostician(all_laws()) {}

bool Diagnostician::can_compare(const Counterexample& found) const {
  if (!panel_.has(found.law)) return false;
  if (found.finding.has_numbers()) return true;
  switch (found.finding.failure) {
    case Failure::input_modified:
    case Failure::out_of_bounds:
      return true;
    case Failure::error:
      return found.law == "refuses-bad-tasks" && !found.finding.note.starts_with("threw");
    default:
      return false;
  }
}

const Interview& Diagnostician::on_panel(const Subject& subject, Scalar scalar, Topic topic,
                                         std::size_t place, Panel::Case& c) {
  std::string key = fmt::format("{} {} {}", subject.name, name(scalar), static_cast<int>(topic));
  if (key != asked_last_) of_asked_last_.clear();
  asked_last_ = std::move(key);
  const auto known = of_asked_last_.find(place);
  if (known != of_asked_last_.end()) return known->second;
  return of_asked_last_.emplace(place, interview(*c.trial, subject, scalar)).first->second;
}

void Diagnostician::confirm(const Subject& subject, Scalar scalar, Topic topic,
                            const Suspect& suspect, Likeness& likeness) {
  const std::string key =
      fmt::format("{} {} {} {}", subject.name, name(scalar), static_cast<int>(topic), suspect.name);
  const auto known = confirmed_.find(key);
  if (known != confirmed_.end()) {
    likeness.further = known->second.further;
    likeness.shown = known->second.shown;
    likeness.unlike = known->second.unlike;
    likeness.by_pattern += known->second.by_pattern;
    return;
  }
  Likeness found;
  const Subject clothed = in_the_clothes_of(subject, suspect);
  const Scalar in = panel_scalar(subject, scalar, topic);
  std::size_t place = 0;
  for (Panel::Case& c : panel_.cases(topic, in)) {
    const Interview& of_subject = on_panel(subject, in, topic, place++, c);
    if (of_subject.answers.empty() && of_subject.finding.outcome == Outcome::skipped) continue;
    const Interview of_suspect = interview(*c.trial, clothed, in);
    ++found.further;
    if (of_suspect.finding.outcome == Outcome::wrong) ++found.shown;
    int left_out = 0;
    const Discrepancy apart =
        c.law->name == laws::bytes_are_as_claimed_name
            ? growth_apart(of_subject, of_suspect)
            : panel_.yardstick(c, in).apart_but_for_what_varies(of_subject, of_suspect, left_out);
    found.by_pattern += left_out;
    if (holds_within(apart)) continue;
    found.unlike = c.law->name + ", " + c.readable + ": " + apart.tensor + ", row " +
                   std::to_string(apart.row);
    break;
  }
  likeness.further = found.further;
  likeness.shown = found.shown;
  likeness.unlike = found.unlike;
  likeness.by_pattern += found.by_pattern;
  confirmed_.emplace(key, std::move(found));
}

Recollection Diagnostician::recollection_on(const Subject& subject, Scalar scalar, Panel::Case& c) {
  const Interview of_reference = interview(*c.trial, reference_as_modest_as(subject), scalar);
  return recollection_of(interview(*c.trial, subject, scalar), of_reference,
                         panel_.yardstick(c, scalar));
}

/// A suspect may have met this very question before: it is asked the others, too.
bool Diagnostician::recollects(const Subject& subject, Scalar scalar, Topic topic,
                               Recollection wanted) {
  return std::ranges::any_of(panel_.cases(topic, scalar), [&](Panel::Case& c) {
    return asks_again(*c.law) && recollection_on(subject, scalar, c) == wanted;
  });
}

void Diagnostician::look_for_earlier_calls(const Subject& subject, Scalar scalar,
                                           Diagnosis& diagnosis) {
  const Topic topic = diagnosis.topic;
  const std::string key =
      fmt::format("{} {} {}", subject.name, name(scalar), static_cast<int>(topic));
  if (const auto known = by_earlier_calls_.find(key); known != by_earlier_calls_.end()) {
    diagnosis.earlier_calls = known->second.earlier_calls;
    diagnosis.like_in_that = known->second.like_in_that;
    return;
  }
  const Scalar in = panel_scalar(subject, scalar, topic);
  for (Panel::Case& c : panel_.cases(topic, in)) {
    if (!asks_again(*c.law)) continue;
    const Recollection seen = recollection_on(subject, in, c);
    if (seen == Recollection::none) continue;
    diagnosis.earlier_calls = fmt::format("{} ({}, {})", in_words(seen), c.law->name, c.readable);
    for (const Suspect& suspect : mutant_suspects()) {
      if (!recollects(in_the_clothes_of(subject, suspect), in, topic, seen)) continue;
      diagnosis.like_in_that.push_back({.name = suspect.name,
                                        .story = suspect.story,
                                        .seen = suspect.seen,
                                        .on_the_case = {},
                                        .in_a_model = suspect.in_a_model,
                                        .unlike = {}});
    }
    prefer_models(diagnosis.like_in_that);
    break;
  }
  by_earlier_calls_[key] = diagnosis;
}

Diagnosis Diagnostician::diagnose(const Subject& subject, const Counterexample& found) {
  return can_compare(found) ? diagnose(subject, found.scalar, found.file) : Diagnosis();
}

Diagnosis Diagnostician::diagnose(const Subject& subject, Scalar scalar, const CaseFile& file) {
  const Law& law = panel_.law(file.text("law"));
  const std::unique_ptr<Trial> trial = law.load(file);
  const Interview of_subject = interview(*trial, subject, scalar);
  if (!of_subject.is_complete) return {};
  Diagnosis diagnosis;
  diagnosis.topic = topic_to_compare(law, subject, of_subject.finding);
  const bool of_bytes = diagnosis.topic == Topic::bytes;
  const Interview of_reference =
      of_bytes ? Interview() : interview(*trial, reference_as_modest_as(subject), scalar);
  if (of_subject.answers.empty() && of_reference.answers.empty()) return {};
  const Yardstick yardstick(of_reference, scalar);
  diagnosis.failed_again = of_subject.finding.outcome == Outcome::wrong;
  // The reference enters no slices in the ledger: what is allowed to grow, the law says.
  diagnosis.from_reference =
      of_bytes ? of_subject.finding.worst : yardstick.apart(of_subject, of_reference);
  const auto compare = [&](std::span<const Suspect> suspects, int& compared,
                           std::vector<Likeness>& alike) {
    for (const Suspect& suspect : suspects) {
      if (suspect.in_gradient_alone && !has_gradients(subject)) continue;
      const Interview of_suspect = interview(*trial, in_the_clothes_of(subject, suspect), scalar);
      if (of_suspect.finding.outcome == Outcome::skipped) continue;
      ++compared;
      if (of_suspect.finding.outcome != Outcome::wrong) continue;
      Likeness likeness{.name = suspect.name,
                        .story = suspect.story,
                        .seen = suspect.seen,
                        .on_the_case = {},
                        .in_a_model = suspect.in_a_model,
                        .unlike = {}};
      likeness.on_the_case = of_bytes ? growth_apart(of_subject, of_suspect)
                                      : yardstick.apart_but_for_what_varies(of_subject, of_suspect,
                                                                            likeness.by_pattern);
      if (!holds_within(likeness.on_the_case)) continue;
      if (!is_nearer(likeness.on_the_case, diagnosis.from_reference)) continue;
      confirm(subject, scalar, diagnosis.topic, suspect, likeness);
      (likeness.unlike.empty() ? alike : diagnosis.only_here).push_back(std::move(likeness));
    }
  };
  compare(mutant_suspects(), diagnosis.mutants, diagnosis.like);
  prefer_models(diagnosis.like);
  const bool is_of_answers =
      diagnosis.topic == Topic::attention || diagnosis.topic == Topic::models;
  if (!is_of_answers) return diagnosis;
  compare(convention_suspects(), diagnosis.conventions, diagnosis.fits);
  if (!diagnosis.like.empty() || !diagnosis.fits.empty()) return diagnosis;
  if (diagnosis.failed_again && diagnosis.only_here.empty()) {
    diagnosis.precision = precision_that_fits(of_subject, of_reference, scalar);
  }
  look_for_earlier_calls(subject, scalar, diagnosis);
  return diagnosis;
}

}  // namespace slim::properties
