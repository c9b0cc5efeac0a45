// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/diagnostician.hpp"

#include "properties/catalogue.hpp"
#include "properties/diagnosis/examination.hpp"
#include "properties/diagnosis/narrow_precision.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/laws/laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

/// The results that are compared for a subject that broke the law.
Topic topic_to_compare(const Law& law, const Subject& subject, const Finding& finding) {
  if (law.name == laws::bytes_as_claimed_name) return Topic::bytes;
  if (law.name == "projection-as-declared") return Topic::projections;
  if (law.name == "refuses-bad-tasks" && finding.failure == Failure::error) return Topic::refusals;
  return subject.attention.offers_any() ? Topic::attention : Topic::models;
}

std::vector<Law> all_laws() {
  const std::span<const Law> all = laws::catalogue();
  return {all.begin(), all.end()};
}

}  // namespace

void prefer_models(std::vector<Likeness>& like) {
  if (std::ranges::all_of(like, &Likeness::in_a_model)) return;
  std::erase_if(like, [](const Likeness& likeness) { return likeness.in_a_model; });
}

Scalar probe_set_scalar(const Subject& subject, Scalar scalar, Topic topic) {
  const bool of_models = topic == Topic::models || topic == Topic::bytes;
  const bool offers = of_models ? subject.gradient.offers(Scalar::float64)
                                : subject.attention.offers(Scalar::float64);
  return scalar == Scalar::digits50 && offers ? Scalar::float64 : scalar;
}

Subject reference_with_claims_of(const Subject& subject) {
  Subject reference = reference_subject();
  reference.capabilities = subject.capabilities;
  reference.conventions = subject.conventions;
  reference.attention_conventions = subject.attention_conventions;
  return reference;
}

Diagnostician::Diagnostician() : Diagnostician(all_laws()) {}

bool Diagnostician::can_compare(const Counterexample& found) const {
  if (!probe_set_.has(found.law)) return false;
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

const RecordedAnswers& Diagnostician::on_probe_set(const Subject& subject, Scalar scalar,
                                                   Topic topic, std::size_t place,
                                                   ProbeSet::Case& c) {
  if (subject.name != asked_last_) of_asked_last_.clear();
  asked_last_ = subject.name;
  const auto key = std::tuple(topic, scalar, place);
  const auto known = of_asked_last_.find(key);
  if (known != of_asked_last_.end()) return known->second;
  return of_asked_last_.emplace(key, recorded_answers(*c.trial, subject, scalar)).first->second;
}

Diagnosis Diagnostician::diagnose(const Subject& subject, const Counterexample& found,
                                  std::span<const Scalar> failed_in,
                                  std::span<const Counterexample> recorded) {
  Diagnosis diagnosis;
  const bool by_chance = found.finding.failure == Failure::non_deterministic;
  if (can_compare(found)) {
    try {
      diagnosis = diagnosed(subject, found.scalar, found.file, failed_in, recorded, by_chance);
    } catch (const SubjectError&) {  // it gives no features of its own on some case
      return {};
    }
  }
  if (by_chance || !diagnosis.names().empty() || !probe_set_.has(found.law)) return diagnosis;
  const std::span<const Counterexample> failures =
      recorded.empty() ? std::span(&found, 1) : recorded;
  if (diagnosis.failed_again) diagnosis.precision = precision_of(subject, failures);
  if (diagnosis.precision.type.empty()) diagnosis.description = described(subject, found);
  return diagnosis;
}

const NarrowPrecision& Diagnostician::precision_of(const Subject& subject,
                                                   std::span<const Counterexample> failures) {
  const std::string key = fmt::format("{} {}", subject.name, failures.size());
  const auto known = precisions_.find(key);
  if (known != precisions_.end() && failures.size() > 1) return known->second;
  return precisions_[key] = precision_that_explains(subject, failures);
}

const FaultDescription& Diagnostician::described(const Subject& subject,
                                                 const Counterexample& found) {
  const Law& law = probe_set_.law(found.law);
  const std::string key =
      fmt::format("{} {} {} {} {} {}", subject.name, static_cast<int>(found.finding.failure),
                  tensor_of(found.finding.worst), law.asks_features, name(found.scalar),
                  outline_of(found.file));
  const auto known = descriptions_.find(key);
  if (known != descriptions_.end()) return known->second;
  int& described = described_[subject.name];
  if (!law.judges_answers || described >= most_descriptions) return descriptions_[key];
  ++described;
  return descriptions_[key] = description_of(subject, found, law.asks_features);
}

Diagnosis Diagnostician::diagnose(const Subject& subject, Scalar scalar, const CaseFile& file,
                                  std::span<const Scalar> failed_in,
                                  std::span<const Counterexample> recorded) {
  return diagnosed(subject, scalar, file, failed_in, recorded, false);
}

Diagnosis Diagnostician::diagnosed(const Subject& subject, Scalar scalar, const CaseFile& file,
                                   std::span<const Scalar> failed_in,
                                   std::span<const Counterexample> recorded, bool by_chance) {
  const Law& law = probe_set_.law(file.text("law"));
  const std::unique_ptr<Trial> trial = law.load(file);
  RecordedAnswers of_subject = recorded_answers(*trial, subject, scalar);
  if (!of_subject.is_complete) return {};
  const Topic topic = topic_to_compare(law, subject, of_subject.finding);
  const bool of_bytes = topic == Topic::bytes;
  RecordedAnswers answers_of_reference =
      of_bytes ? RecordedAnswers()
               : recorded_answers(*trial, reference_with_claims_of(subject), scalar);
  if (of_subject.answers.empty() && answers_of_reference.answers.empty()) return {};
  Examination examination{.subject = subject,
                          .scalar = scalar,
                          .trial = *trial,
                          .of_subject = std::move(of_subject),
                          .error_scale = ErrorScale(answers_of_reference, scalar),
                          .failed_in = failed_in,
                          .recorded = recorded,
                          .of_reference = std::move(answers_of_reference)};
  const RecordedAnswers& of_reference = examination.of_reference;
  Diagnosis& diagnosis = examination.diagnosis;
  const Finding& finding = examination.of_subject.finding;
  diagnosis.topic = topic;
  diagnosis.failed_again = finding.outcome == Outcome::wrong;
  // The reference records no slices in the ledger, so the law gives the bound of the growth.
  diagnosis.from_reference =
      of_bytes ? finding.worst
               : examination.error_scale.apart(examination.of_subject, of_reference);
  if (!of_bytes && of_reference.finding.outcome == Outcome::wrong) {
    constexpr const char* nothing_declared = "{}";
    const std::string declared = file.text("conventions");
    if (declared != nothing_declared) diagnosis.breaking_conventions = declared;
    if (diagnosis.declared_so()) return diagnosis;
  }
  const bool is_of_answers = topic == Topic::attention || topic == Topic::models;
  if (is_of_answers) look_for_first_question(examination, law, by_chance);
  if (!diagnosis.earlier_calls.empty()) return diagnosis;
  compare(examination, mutant_suspects(), diagnosis.mutants, diagnosis.like);
  prefer_models(diagnosis.like);
  if (!is_of_answers) return diagnosis;
  if (by_chance) {
    diagnosis.is_by_chance = diagnosis.like.empty();
    if (diagnosis.is_by_chance) diagnosis.earlier_calls = in_words(Recollection::changing);
    return diagnosis;
  }
  if (diagnosis.like.empty()) look_for_earlier_calls(subject, scalar, diagnosis);
  if (!diagnosis.earlier_calls.empty()) return diagnosis;
  compare(examination, convention_suspects(), diagnosis.conventions, diagnosis.fits);
  const auto is_named = [&] { return !diagnosis.like.empty() || !diagnosis.fits.empty(); };
  if (!is_named()) search_blocks(examination);
  const bool has_distance = std::isfinite(diagnosis.from_reference.error);
  if (!is_named()) confirm_in_forward(examination);
  if (diagnosis.failed_again && has_distance && !is_named()) search_constants(examination);
  return diagnosis;
}

}  // namespace slim::properties
