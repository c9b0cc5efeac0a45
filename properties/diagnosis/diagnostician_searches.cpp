// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/constant_search.hpp"
#include "properties/diagnosis/examination.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

constexpr int most_digits = 3;  ///< of a constant that is solved for

/// Whether the law repeats a task after another one.
bool repeats_a_task(const Law& law) {
  return law.name.ends_with("calls-independent");
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

}  // namespace

Recollection Diagnostician::recollection_on(const Subject& subject, Scalar scalar,
                                            ProbeSet::Case& c) {
  const RecordedAnswers of_reference =
      recorded_answers(*c.trial, reference_with_claims_of(subject), scalar);
  return recollection_of(recorded_answers(*c.trial, subject, scalar), of_reference,
                         probe_set_.error_scale(c, scalar));
}

/// Whether the answers that change from call to call are the same in every new process.
bool Diagnostician::is_repeatable(const Subject& subject, Scalar scalar, ProbeSet::Case& c) {
  constexpr int processes = 3;
  if (!restart_) return false;
  const RecordedAnswers of_reference =
      recorded_answers(*c.trial, reference_with_claims_of(subject), scalar);
  const ErrorScale& error_scale = probe_set_.error_scale(c, scalar);
  std::optional<RecordedAnswers> first;
  for (int i = 0; i < processes; ++i) {
    restart_();
    RecordedAnswers answers = recorded_answers(*c.trial, subject, scalar);
    if (recollection_of(answers, of_reference, error_scale) == Recollection::none) return false;
    if (!first) {
      first = std::move(answers);
    } else if (!holds_within(error_scale.apart(answers, *first))) {
      return false;
    }
  }
  return true;
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
    diagnosis.is_by_chance = known->second.is_by_chance;
    diagnosis.like_in_that = known->second.like_in_that;
    return;
  }
  const Scalar in = probe_set_scalar(subject, scalar, topic);
  for (ProbeSet::Case& c : probe_set_.cases(topic, in)) {
    if (!repeats_a_task(*c.law)) continue;
    Recollection seen = recollection_on(subject, in, c);
    if (seen == Recollection::none) continue;
    // A change by chance may look like this once.
    constexpr int repetitions = 2;
    for (int i = 0; i < repetitions && seen == Recollection::carried; ++i) {
      if (recollection_on(subject, in, c) != seen) seen = Recollection::changing;
    }
    const bool is_carried = seen == Recollection::changing && is_repeatable(subject, in, c);
    if (is_carried) seen = Recollection::carried;
    diagnosis.is_by_chance = seen == Recollection::changing;
    diagnosis.earlier_calls = fmt::format("{} ({}, {})", in_words(seen), c.law->name, c.readable);
    for (const Suspect& suspect : mutant_suspects()) {
      // Mutants have no processes of their own, in which theirs could be told from chance.
      if (is_carried) break;
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

bool Diagnostician::is_right_in_first_call(const Examination& of) const {
  restart_();
  const RecordedAnswers alone = recorded_answers(of.trial, of.subject, of.scalar);
  const std::vector<Answered>& answers = alone.before.empty() ? alone.answers : alone.before;
  if (answers.empty() || of.of_reference.answers.empty()) return false;
  return holds_within(of.error_scale.apart(0, answers.front(), of.of_reference.answers.front()));
}

void Diagnostician::look_for_first_question(Examination& of, const Law& law, bool by_chance) {
  constexpr int most_restarts = 3;
  if (!restart_) return;
  int& restarted = restarted_[of.subject.name];
  std::string& found = by_first_question_[of.subject.name];
  const bool varies =
      by_chance || std::ranges::any_of(of.recorded, [](const Counterexample& other) {
        return other.finding.failure == Failure::non_deterministic;
      });
  const auto try_case = [&](const Law& broken, Trial& trial, Scalar scalar,
                            const ErrorScale& error_scale) {
    // Numbers outside of the scalar's range cannot be compared by size.
    if (!found.empty() || restarted >= most_restarts || !error_scale.bears_all()) return;
    ++restarted;
    const Scalar in = probe_set_scalar(of.subject, scalar, of.diagnosis.topic);
    found =
        dependence_on_first_question(of.subject, restart_, scalar, broken, trial,
                                     probe_set_.cases(of.diagnosis.topic, in), error_scale, varies);
  };
  const bool was_known = !found.empty();
  try_case(law, of.trial, of.scalar, of.error_scale);
  if (!found.empty() && !was_known) {
    of.diagnosis.earlier_calls = found;
    return;
  }
  for (const Counterexample& other : of.recorded) {
    if (!found.empty() || restarted >= most_restarts) break;
    if (other.law == law.name || !can_compare(other)) continue;
    const Law& broken = probe_set_.law(other.law);
    const std::unique_ptr<Trial> trial = broken.load(other.file);
    const RecordedAnswers of_reference =
        recorded_answers(*trial, reference_with_claims_of(of.subject), other.scalar);
    if (!broken.judges_answers || of_reference.answers.empty()) continue;
    try_case(broken, *trial, other.scalar, ErrorScale(of_reference, other.scalar));
  }
  if (found.empty()) return;
  if (by_chance || is_right_in_first_call(of)) of.diagnosis.earlier_calls = found;
}

}  // namespace slim::properties
