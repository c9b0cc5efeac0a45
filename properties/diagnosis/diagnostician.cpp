// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/diagnostician.hpp"

#include "properties/catalogue.hpp"
#include "properties/diagnosis/constant_search.hpp"
#include "properties/diagnosis/own_slope.hpp"
#include "properties/diagnosis/recorded_failures.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/laws/laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <list>

namespace slim::properties {
namespace {

/// A difference above this multiple of the reference's rounding bound is not due to the roundings
/// of any convention.
constexpr double widest_rounding = 1e6;
constexpr int most_digits = 3;  ///< of a constant that is solved for

bool holds_within(const Discrepancy& apart) {
  return apart.error <= apart.bound;
}

/// A suspect has to be nearer to the subject than the reference is.
bool is_nearer(const Discrepancy& to_suspect, const Discrepancy& to_reference) {
  return to_suspect.ratio() < to_reference.ratio();
}

/// A fault may have a mutant of whole models and one of attention: for a model the former is kept.
void prefer_models(std::vector<Likeness>& like) {
  if (std::ranges::all_of(like, &Likeness::in_a_model)) return;
  std::erase_if(like, [](const Likeness& likeness) { return likeness.in_a_model; });
}

bool has_gradients(const Subject& subject) {
  return subject.gradient.offers_any() || subject.capabilities.pullback;
}

/// The results that are compared for a subject that broke the law.
Topic topic_to_compare(const Law& law, const Subject& subject, const Finding& finding) {
  if (law.name == laws::bytes_as_claimed_name) return Topic::bytes;
  if (law.name == "projection-as-declared") return Topic::projections;
  if (law.name == "refuses-bad-tasks" && finding.failure == Failure::error) return Topic::refusals;
  return subject.attention.offers_any() ? Topic::attention : Topic::models;
}

/// The scalar of the probe set: 50 digits are slow, and float64 distinguishes as many suspects.
Scalar probe_set_scalar(const Subject& subject, Scalar scalar, Topic topic) {
  const bool of_models = topic == Topic::models || topic == Topic::bytes;
  const bool offers = of_models ? subject.gradient.offers(Scalar::float64)
                                : subject.attention.offers(Scalar::float64);
  return scalar == Scalar::digits50 && offers ? Scalar::float64 : scalar;
}

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

/// The next narrower scalars, in which a program may have computed without declaring it.
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

std::string precision_that_fits(const RecordedAnswers& of_subject,
                                const RecordedAnswers& of_reference, Scalar scalar) {
  for (const Scalar narrower : narrower_than(scalar)) {
    const ErrorScale error_scale(of_reference, narrower, ErrorScale::WhereUnborne::as_borne);
    if (holds_within(error_scale.apart(of_subject, of_reference)))
      return std::string(name(narrower));
  }
  return {};
}

/// The reference with the subject's claims and conventions.
Subject reference_with_claims_of(const Subject& subject) {
  Subject reference = reference_subject();
  reference.capabilities = subject.capabilities;
  reference.conventions = subject.conventions;
  reference.attention_conventions = subject.attention_conventions;
  return reference;
}

/// Whether the law repeats a task after another one.
bool repeats_a_task(const Law& law) {
  return law.name.ends_with("calls-independent");
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

/// The constant with which the answers to a case are nearest to the subject's.
std::optional<double> nearest_constant(const ConstantConvention& convention, const Subject& subject,
                                       Scalar scalar, Trial& trial,
                                       const RecordedAnswers& of_subject,
                                       const ErrorScale& error_scale) {
  const auto distance = [&](double constant) {
    const Subject substitute = with_claims_of(subject, convention.with(constant));
    return error_scale.apart(of_subject, recorded_answers(trial, substitute, scalar)).ratio();
  };
  const ConstantFound best = best_decade(distance, convention.least, convention.largest);
  if (!std::isfinite(best.distance)) return std::nullopt;
  return best_constant(distance, best.constant);
}

/// L of a case of attention or of a whole model; 0 for other cases.
Index rows_of(const CaseFile& file) {
  if (const auto v = file.tensors.find("v"); v != file.tensors.end()) return v->second.shape.at(2);
  const auto tokens = file.tensors.find("tokens");
  return tokens == file.tensors.end() ? 0 : tokens->second.shape.at(1) - 1;
}

/// Block lengths whose edges a case of L rows can expose, the likeliest first: a shrunk case has
/// one row more than one block or two. Then the usual lengths, for faults that show anywhere.
std::vector<Index> block_lengths(Index L) {
  std::vector<Index> lengths;
  const auto add = [&](Index block) {
    if (block < 1 || std::ranges::find(lengths, block) != lengths.end()) return;
    lengths.push_back(block);
  };
  for (const Index block : {L - 1, (L - 1) / 2, L - 2, L}) add(block);
  for (const Index block : {16, 32, 64, 100, 128, 192, 256}) add(block);
  return lengths;
}

std::vector<Law> all_laws() {
  const std::span<const Law> all = laws::catalogue();
  return {all.begin(), all.end()};
}

}  // namespace

/// A failing case, the subject's answers to it, and the diagnosis.
struct Diagnostician::Examination {
  const Subject& subject;
  Scalar scalar;
  Trial& trial;
  RecordedAnswers of_subject;
  ErrorScale error_scale;  ///< from the reference under the subject's declared conventions
  std::span<const Scalar> failed_in;
  std::span<const Counterexample> recorded;
  RecordedAnswers of_reference;
  struct InForward {
    const Suspect* suspect;
    bool shows_here;  ///< in the forward results; else only the pullback can show it
    Likeness likeness;
  };
  std::vector<InForward> in_forward{};          ///< candidates by forward results alone
  std::list<std::vector<Suspect>> of_blocks{};  ///< suspects with the block lengths tried
  Diagnosis diagnosis{};
};

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
  if (suspect.is_convention || !is_of_answers || !has_gradients(of.subject)) return;
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
  for (auto& [suspect, shows_here, likeness] : of.in_forward) {
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

Recollection Diagnostician::recollection_on(const Subject& subject, Scalar scalar,
                                            ProbeSet::Case& c) {
  const RecordedAnswers of_reference =
      recorded_answers(*c.trial, reference_with_claims_of(subject), scalar);
  return recollection_of(recorded_answers(*c.trial, subject, scalar), of_reference,
                         probe_set_.error_scale(c, scalar));
}

/// Tries all cases, since a suspect may have seen this task before.
bool Diagnostician::recollects(const Subject& subject, Scalar scalar, Topic topic,
                               Recollection wanted) {
  return std::ranges::any_of(probe_set_.cases(topic, scalar), [&](ProbeSet::Case& c) {
    return repeats_a_task(*c.law) && recollection_on(subject, scalar, c) == wanted;
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
  const Scalar in = probe_set_scalar(subject, scalar, topic);
  for (ProbeSet::Case& c : probe_set_.cases(topic, in)) {
    if (!repeats_a_task(*c.law)) continue;
    const Recollection seen = recollection_on(subject, in, c);
    if (seen == Recollection::none) continue;
    diagnosis.earlier_calls = fmt::format("{} ({}, {})", in_words(seen), c.law->name, c.readable);
    for (const Suspect& suspect : mutant_suspects()) {
      if (!recollects(with_claims_of(subject, suspect), in, topic, seen)) continue;
      diagnosis.like_in_that.push_back({.name = suspect.name,
                                        .description = suspect.description,
                                        .seen = suspect.seen,
                                        .on_the_case = {},
                                        .in_a_model = suspect.in_a_model,
                                        .also_in = {},
                                        .unlike = {}});
    }
    prefer_models(diagnosis.like_in_that);
    break;
  }
  by_earlier_calls_[key] = diagnosis;
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

/// Uses as few digits as possible, since people choose round constants.
std::optional<Likeness> Diagnostician::likeness_with(Examination& of,
                                                     const ConstantConvention& convention,
                                                     double exact, int& parted_in) {
  for (int digits = 1; digits <= most_digits; ++digits) {
    std::optional<Likeness> found =
        likeness(of, convention.with(rounded_to_digits(exact, digits)), of.diagnosis.conventions);
    if (found && found->unlike.empty()) return found;
    if (found) parted_in = found->parted_in;
  }
  return std::nullopt;
}

void Diagnostician::search_blocks(Examination& of) {
  int compared = 0;  // the same mutants again
  const Index L = rows_of(of.trial.file());
  for (const Index block : block_lengths(L)) {
    compare(of, of.of_blocks.emplace_back(block_suspects(block)), compared, of.diagnosis.like);
    if (!of.diagnosis.like.empty()) break;
  }
}

void Diagnostician::search_constants(Examination& of) {
  const Topic topic = of.diagnosis.topic;
  const Scalar in = probe_set_scalar(of.subject, of.scalar, topic);
  for (const ConstantConvention& convention : constants_of_conventions()) {
    std::optional<double> exact = nearest_constant(convention, of.subject, of.scalar, of.trial,
                                                   of.of_subject, of.error_scale);
    if (!exact) continue;
    int parted_in = -1;
    std::optional<Likeness> found = likeness_with(of, convention, *exact, parted_in);
    if (!found && parted_in >= 0) {
      const auto place = static_cast<std::size_t>(parted_in);
      ProbeSet::Case& c = probe_set_.cases(topic, in).at(place);
      const RecordedAnswers& of_subject = on_probe_set(of.subject, in, topic, place, c);
      exact = nearest_constant(convention, of.subject, in, *c.trial, of_subject,
                               probe_set_.error_scale(c, in));
      if (exact) found = likeness_with(of, convention, *exact, parted_in);
    }
    if (found) of.diagnosis.fits.push_back(std::move(*found));
  }
}

void Diagnostician::look_for_first_question(Examination& of, const Law& law) {
  constexpr int most_restarts = 3;
  int& restarted = restarted_[of.subject.name];
  if (!restart_ || restarted >= most_restarts) return;
  ++restarted;
  const Scalar in = probe_set_scalar(of.subject, of.scalar, of.diagnosis.topic);
  of.diagnosis.earlier_calls =
      dependence_on_first_question(of.subject, restart_, of.scalar, law, of.trial,
                                   probe_set_.cases(of.diagnosis.topic, in), of.error_scale);
}

Diagnosis Diagnostician::diagnose(const Subject& subject, const Counterexample& found,
                                  std::span<const Scalar> failed_in,
                                  std::span<const Counterexample> recorded) {
  return can_compare(found) ? diagnose(subject, found.scalar, found.file, failed_in, recorded)
                            : Diagnosis();
}

Diagnosis Diagnostician::diagnose(const Subject& subject, Scalar scalar, const CaseFile& file,
                                  std::span<const Scalar> failed_in,
                                  std::span<const Counterexample> recorded) {
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
  if (is_of_answers) look_for_first_question(examination, law);
  if (!diagnosis.earlier_calls.empty()) return diagnosis;
  compare(examination, mutant_suspects(), diagnosis.mutants, diagnosis.like);
  prefer_models(diagnosis.like);
  if (!is_of_answers) return diagnosis;
  if (diagnosis.like.empty()) look_for_earlier_calls(subject, scalar, diagnosis);
  if (!diagnosis.earlier_calls.empty()) return diagnosis;
  compare(examination, convention_suspects(), diagnosis.conventions, diagnosis.fits);
  const auto is_named = [&] { return !diagnosis.like.empty() || !diagnosis.fits.empty(); };
  if (!is_named()) search_blocks(examination);
  const bool has_distance = std::isfinite(diagnosis.from_reference.error);
  if (!is_named()) confirm_in_forward(examination);
  if (diagnosis.failed_again && has_distance && !is_named()) search_constants(examination);
  if (is_named() || !diagnosis.forward_like.empty()) return diagnosis;
  if (diagnosis.failed_again && diagnosis.only_here.empty()) {
    diagnosis.precision = precision_that_fits(examination.of_subject, of_reference, scalar);
  }
  return diagnosis;
}

}  // namespace slim::properties
