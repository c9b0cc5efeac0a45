// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/records/regime.hpp"
#include "experiments/training/rounding_band.hpp"

#include <fmt/format.h>

#include <cmath>

namespace slim::experiments {

namespace {

/// The runs that the rule compares; null where there is none.
struct FineTuning {
  const Course* capped_full = nullptr;
  const Course* capped = nullptr;  ///< in slices
  const Course* free = nullptr;    ///< the same without a cap
  const Course* full = nullptr;    ///< the full pass throughout, without a cap
  std::vector<Compared> controls;  ///< other orders of summation from halfway on, all seeds

  [[nodiscard]] bool whole() const {
    return capped_full != nullptr && capped != nullptr && free != nullptr && full != nullptr &&
           controls.size() >= 2;
  }
};

FineTuning fine_tuning_among(const Claim& claim, std::span<const Course> all) {
  FineTuning runs;
  for (const Course& course : all) {
    if (regime_of(course.setting) != Regime::capped || course.setting.subject != claim.subject) {
      continue;
    }
    (course.setting.full_pass() ? runs.capped_full : runs.capped) = &course;
  }
  if (runs.capped == nullptr) return runs;
  Setting uncapped = runs.capped->setting;
  uncapped.memory_cap = 0;
  for (const Course& course : all) {
    const Setting& s = course.setting;
    if (s.training.task != uncapped.training.task || s.seed != uncapped.seed || !course.end)
      continue;
    if (regime_of(s) == Regime::full && s.subject == claim.subject) runs.full = &course;
    if (regime_of(s) == Regime::switched && regime_name(s) == regime_name(uncapped)) {
      runs.free = &course;
    }
  }
  const std::vector<CourseGroup> groups = grouped(all);
  runs.controls = compared(groups, uncapped.training.task, &CourseGroup::reordered_at_half);
  std::erase_if(runs.controls, [](const Compared& run) { return !run.full->end || !run.run->end; });
  return runs;
}

}  // namespace

Verdict judge_fine_tuning(const Claim& claim, std::span<const Record> records) {
  const std::vector<Course> all = courses(records);
  const FineTuning runs = fine_tuning_among(claim, all);
  if (!runs.whole()) {
    return inconclusive(claim,
                        "records are missing: a full pass and slices in limited memory; the same "
                        "slices, a full pass and two other orders of summation without a cap");
  }
  const Course& capped = *runs.capped;
  const Setting& setting = capped.setting;
  const bool fails = !runs.capped_full->refusal.empty();
  const bool ends = capped.refusal.empty() && capped.end.has_value();
  Verdict verdict{.claim = claim, .answer = Answer::refuted, .evidence = {}};
  const double band = metric_band(runs.controls);
  double off_full = std::numeric_limits<double>::quiet_NaN();
  verdict.value = off_full;
  if (ends) {
    verdict.value = metric_difference({.full = runs.free, .run = &capped});
    off_full = metric_difference({.full = runs.full, .run = &capped});
  }
  verdict.low = verdict.high = verdict.value;
  const bool same = ends && capped.losses == runs.free->losses && verdict.value == 0.0;
  if (same && off_full <= 2.0 * claim.bound * band) verdict.answer = Answer::inconclusive;
  constexpr double most_share = 0.5;
  const double share =
      static_cast<double>(setting.memory_cap) / static_cast<double>(runs.capped_full->wanted);
  if (same && off_full <= claim.bound * band && fails && share <= most_share) {
    verdict.answer = Answer::supported;
  }
  verdict.evidence = fmt::format(
      "With {:.1f} MiB beyond the program {}; in slices of {} {}",
      static_cast<double>(setting.memory_cap) / (1 << 20),
      fails ? fmt::format(
                  "the full pass fails, because it needs {:.1f} MiB, of which that is {:.0f} %",
                  static_cast<double>(runs.capped_full->wanted) / (1 << 20), 100.0 * share)
            : "the full pass completes too, so the cap has no effect",
      setting.slice,
      ends ? fmt::format("the training takes {:.1f} MiB and ends at {:.4f} {}, {}; the full pass "
                         "without a cap ends {:.2g} from there, other orders of summation {:.2g} "
                         "from it",
                         static_cast<double>(capped.bytes()) / (1 << 20),
                         metric(setting, *capped.end), metric_name(setting.training.task),
                         same ? "with the same losses as without a cap"
                              : "with other losses than without a cap",
                         off_full, band)
           : "it fails: " + capped.refusal);
  return verdict;
}

Verdict judge_decentralised(const Claim& claim, std::span<const Record> records) {
  const std::vector<Course> all = courses(records);
  const FineTuning runs = fine_tuning_among(claim, all);
  const auto complete = [](const Course* course) {
    return course != nullptr && course->end && !course->parameters_sha1.empty();
  };
  if (runs.capped == nullptr || !complete(runs.free)) {
    return inconclusive(claim,
                        "records are missing: slices in limited memory, and the same slices "
                        "without a cap");
  }
  if (!runs.capped->refusal.empty() || !complete(runs.capped)) {
    Verdict verdict = inconclusive(claim, "in limited memory it fails: " + runs.capped->refusal);
    verdict.answer = Answer::refuted;
    return verdict;
  }
  if (runs.capped->isolation.empty()) {
    return inconclusive(claim, "this system allows no process without a network");
  }
  const bool same = runs.capped->parameters_sha1 == runs.free->parameters_sha1;
  const double differs = same ? 0.0 : 1.0;
  return {.claim = claim,
          .answer = same ? Answer::supported : Answer::refuted,
          .value = differs,
          .low = differs,
          .high = differs,
          .evidence = fmt::format(
              "in {:.1f} MiB without a network ({}), fine-tuning from the checkpoint of the full "
              "pass ends with parameters of SHA-1 {}; with a network and no cap, {}",
              static_cast<double>(runs.capped->setting.memory_cap) / (1 << 20),
              runs.capped->isolation, runs.capped->parameters_sha1, runs.free->parameters_sha1)};
}

}  // namespace slim::experiments
