#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/training/regimes.hpp"
#include "experiments/training/rounding_band.hpp"

#include <fmt/format.h>

#include <cmath>

namespace slim::experiments {

Verdict judge_fine_tuning(const Claim& claim, std::span<const Record> records) {
  const std::vector<Course> all = courses(records);
  const Course* full = nullptr;
  const Course* sliced = nullptr;
  for (const Course& course : all) {
    if (regime_of(course.setting) != Regime::capped || course.setting.subject != claim.subject) {
      continue;
    }
    (course.setting.full_pass() ? full : sliced) = &course;
  }
  const auto uncapped = [&](const Course& course) {
    Setting setting = sliced->setting;
    setting.memory_cap = 0;
    return regime_of(course.setting) == Regime::switched && course.end.has_value() &&
           regime_name(course.setting) == regime_name(setting) &&
           course.setting.training.task == setting.training.task &&
           course.setting.seed == setting.seed;
  };
  const Course* free = nullptr;
  if (sliced != nullptr) {
    const auto found = std::find_if(all.begin(), all.end(), uncapped);
    if (found != all.end()) free = &*found;
  }
  if (full == nullptr || sliced == nullptr || free == nullptr) {
    return inconclusive(claim,
                        "records are missing: a full pass and slices in little memory, and "
                        "the same slices without a cap");
  }
  const Setting& setting = sliced->setting;
  const bool fails = !full->refusal.empty();
  const bool ends = sliced->refusal.empty() && sliced->end.has_value();
  Verdict verdict{.claim = claim, .answer = Answer::refuted, .evidence = {}};
  verdict.value = ends ? std::abs(metric(setting, *sliced->end) - metric(setting, *free->end))
                       : std::numeric_limits<double>::quiet_NaN();
  verdict.low = verdict.high = verdict.value;
  const bool same = ends && sliced->losses == free->losses && verdict.value == 0.0;
  if (same && fails) verdict.answer = Answer::supported;
  if (same && !fails) verdict.answer = Answer::inconclusive;
  verdict.evidence = fmt::format(
      "In {:.1f} MiB beyond the program {}; in slices of {} {}",
      static_cast<double>(setting.memory_cap) / (1 << 20),
      fails ? fmt::format("the full pass fails, wanting {:.1f} MiB",
                          static_cast<double>(full->wanted) / (1 << 20))
            : "the full pass goes through, too: the cap shows nothing",
      setting.slice,
      ends ? fmt::format("the training takes {:.1f} MiB and ends at {:.4f} {}, {}",
                         static_cast<double>(sliced->bytes()) / (1 << 20),
                         metric(setting, *sliced->end), metric_name(setting.training.task),
                         same ? "every loss as without a cap" : "other than without a cap")
           : "it fails: " + sliced->refusal);
  return verdict;
}

}  // namespace slim::experiments
