#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/training/regimes.hpp"
#include "experiments/training/rounding_band.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace slim::experiments {
namespace {

/// NaN wins.
void raise(double& largest, double x) {
  if (std::isnan(largest) || std::isnan(x)) {
    largest = std::numeric_limits<double>::quiet_NaN();
  } else {
    largest = std::max(largest, x);
  }
}

/// What a metric cannot tell apart: one target of all that are asked, or the loss's own rounding.
double resolution(const Course& course) {
  const Setting& s = course.setting;
  if (s.training.task == TrainingTask::text) {
    return unit_roundoff(s.scalar) * metric(s, *course.end);
  }
  const Index targets = s.training.final_checks * s.batch * (s.length + 1) / 2;
  return 1.0 / static_cast<double>(targets);
}

double metric_difference(const Course& a, const Course& b) {
  return std::abs(metric(a.setting, *a.end) - metric(b.setting, *b.end));
}

/// A model that is no better at its end than at its start has learned nothing.
bool learned(const Course& full) {
  constexpr double share = 0.9;
  return full.end->loss <= share * full.losses.front();
}

/// One task.
struct Finding {
  int seeds = 0;
  int least_sliced = 1 << 20;  ///< runs of a seed
  int least_orders = 1 << 20;
  bool unfinished = false;
  bool untaught = false;
  double curves = 0.0;  ///< largest difference of losses, as a share of the band
  double orders = 0.0;  ///< the same of each other order, as a share of the band that the rest make
  double metrics = 0.0;  ///< the same of the metrics after the last step
  double off = 0.0;      ///< of a metric
  double off_by_rounding = 0.0;
};

/// Each of the other orders held against the band of the rest: what rounding alone comes to.
void look_at_orders(Finding& finding, const Course& full,
                    const std::vector<const Course*>& reordered) {
  for (const Course* one : reordered) {
    std::vector<const Course*> rest = reordered;
    std::erase(rest, one);
    if (rest.empty()) return;
    raise(finding.orders, largest_share(loss_differences(full, *one, one->first_step()),
                                        rounding_band(full, rest)));
  }
}

void look_at(Finding& finding, const CourseGroup& group) {
  ++finding.seeds;
  const auto count = [](const auto&... lists) {
    return static_cast<int>(std::min({lists.size()...}));
  };
  finding.least_sliced = std::min(finding.least_sliced, count(group.sliced, group.switched));
  finding.least_orders =
      std::min(finding.least_orders, count(group.reordered, group.reordered_at_half));
  if (group.full == nullptr || finding.least_orders < 1) return;
  const Course& full = *group.full;
  for (const auto* list :
       {&group.sliced, &group.switched, &group.reordered, &group.reordered_at_half}) {
    for (const Course* course : *list) finding.unfinished |= !course->end.has_value();
  }
  finding.unfinished |= !full.end.has_value();
  if (finding.unfinished) return;
  finding.untaught |= !learned(full);

  const auto compare = [&](const std::vector<const Course*>& own,
                           const std::vector<const Course*>& reordered) {
    const std::vector<double> band = rounding_band(full, reordered);
    for (const Course* course : own) {
      raise(finding.curves,
            largest_share(loss_differences(full, *course, course->first_step()), band));
      raise(finding.off, metric_difference(full, *course));
    }
    look_at_orders(finding, full, reordered);
    for (const Course* course : reordered) {
      raise(finding.off_by_rounding, metric_difference(full, *course));
    }
  };
  raise(finding.off_by_rounding, resolution(full));
  compare(group.sliced, group.reordered);
  compare(group.switched, group.reordered_at_half);
}

}  // namespace

Verdict judge_training(const Claim& claim, std::span<const Record> records) {
  const std::vector<Course> all = courses(records);
  std::map<TrainingTask, Finding> tasks = {{TrainingTask::copying, {}}, {TrainingTask::text, {}}};
  for (const CourseGroup& group : grouped(all)) {
    const Course* any = group.full;
    if (any == nullptr) continue;
    if (any->setting.subject == claim.subject) look_at(tasks[any->setting.training.task], group);
  }
  Verdict verdict{.claim = claim, .answer = Answer::supported, .evidence = {}};
  std::string missing;
  verdict.low = std::numeric_limits<double>::infinity();
  for (auto& [task, finding] : tasks) {
    finding.metrics = finding.off / finding.off_by_rounding;
    const bool whole = finding.seeds >= 2 && finding.least_sliced >= 2 &&
                       finding.least_orders >= 2 && !finding.unfinished;
    if (!whole) {
      missing += fmt::format("{}{}", missing.empty() ? "records are missing: " : ", ", name(task));
      if (finding.seeds == 0 || finding.least_orders < 1 || finding.unfinished) continue;
    }
    double share = 0.0;
    raise(share, finding.curves);
    raise(share, finding.metrics);
    raise(verdict.value, share);
    verdict.low = std::min(verdict.low, share);
    verdict.evidence += fmt::format(
        "{}{}, {} seeds: losses at most {:.2f} times as far from the full pass as other orders of "
        "summation at the same step (each of these {:.2f} times as far as the rest of them), {} "
        "after the last step {:.2g} apart, other orders {:.2g}{}",
        verdict.evidence.empty() ? "" : "; ", name(task), finding.seeds, finding.curves,
        finding.orders, metric_name(task), finding.off, finding.off_by_rounding,
        finding.untaught ? ", and nothing was learned" : "");
    if (finding.untaught) verdict.answer = Answer::inconclusive;
  }
  verdict.high = verdict.value;
  if (!missing.empty()) {
    if (!(verdict.value > 2.0 * claim.bound) && !std::isnan(verdict.value)) {
      return inconclusive(claim, missing);
    }
    verdict.evidence += "; " + missing;
  }
  if (!(verdict.value <= claim.bound)) verdict.answer = Answer::inconclusive;
  if (!(verdict.value <= 2.0 * claim.bound)) verdict.answer = Answer::refuted;
  return verdict;
}

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
