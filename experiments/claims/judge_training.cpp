// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/training/rounding_band.hpp"

#include <fmt/format.h>

#include <cmath>
#include <functional>

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

/// A model of text has learned something when it predicts better than counts of triples of bytes;
/// at scale ci, which is too short for this, and in copying, when its loss decreases.
bool learned(const Course& full) {
  constexpr double share = 0.9;
  if (full.setting.training.task == TrainingTask::text && full.scale != "ci") {
    return full.end->loss < full.trigram_loss.value_or(0.0);
  }
  return full.end->loss <= share * full.losses.front();
}

/// "; counts of triples reach 2.86 bits per byte, the full pass 2.81"
std::string baseline_in_words(const Course& full) {
  if (!full.trigram_loss || !full.end) return {};
  const Check trigram{.loss = *full.trigram_loss};
  return fmt::format("; counts of triples of bytes reach {:.3f} {}{}, the full pass {:.3f}",
                     metric(full.setting, trigram), metric_name(full.setting.training.task),
                     full.scale == "ci" ? " (not compared at scale ci)" : "",
                     metric(full.setting, *full.end));
}

/// Number of runs of each kind for a task, and whether they have ended and learned.
struct Inventory {
  int seeds = 0;
  std::size_t least_sliced = 1U << 20;  ///< smallest number for any seed
  std::size_t least_orders = 1U << 20;
  bool unfinished = false;
  bool learned_nothing = false;
  std::string baseline;

  void add(const CourseGroup& group) {
    ++seeds;
    least_sliced = std::min({least_sliced, group.sliced.size(), group.switched.size()});
    least_orders = std::min({least_orders, group.reordered.size(), group.reordered_at_half.size()});
    for (const auto* list :
         {&group.sliced, &group.switched, &group.reordered, &group.reordered_at_half}) {
      for (const Course* course : *list) unfinished |= !course->end.has_value();
    }
    unfinished |= !group.full->end.has_value();
    if (baseline.empty()) baseline = baseline_in_words(*group.full);
    learned_nothing |= group.full->end.has_value() && !learned(*group.full);
  }
  [[nodiscard]] bool whole() const {
    return seeds >= 2 && least_sliced >= 2 && least_orders >= 2 && !unfinished;
  }
  [[nodiscard]] bool comparable() const { return seeds >= 1 && least_orders >= 1 && !unfinished; }
};

/// Distances of runs and controls from the full pass.
struct Shares {
  double runs = 0.0;      ///< largest share of a run, relative to the band of all controls
  double controls = 0.0;  ///< largest share of a control, relative to the band of the others

  /// `controls` counts as at least 1/bound, so that runs within the band are never out of bounds.
  [[nodiscard]] double multiple(double bound) const {
    return runs / std::max(controls, 1.0 / bound);
  }
};

using ShareOf = std::function<double(const Compared&, std::span<const Compared>)>;

void add_shares(Shares& shares, std::span<const Compared> runs,
                const std::vector<Compared>& controls, const ShareOf& share) {
  for (const Compared& run : runs) raise(shares.runs, share(run, controls));
  for (std::size_t i = 0; i < controls.size() && controls.size() > 1; ++i) {
    std::vector<Compared> rest = controls;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    raise(shares.controls, share(controls[i], rest));
  }
}

/// The result for one task.
struct Finding {
  Shares curves;
  Shares metrics;
  double off = 0.0;  ///< largest difference of the metric
  double off_by_rounding = 0.0;
};

Finding finding_of(std::span<const CourseGroup> groups, TrainingTask task) {
  const auto runs = [&](auto kind) { return compared(groups, task, kind); };
  Finding finding;
  std::vector<Compared> sliced = runs(&CourseGroup::sliced);
  std::vector<Compared> controls = runs(&CourseGroup::reordered);
  const std::vector<Compared> switched = runs(&CourseGroup::switched);
  const std::vector<Compared> controls_at_half = runs(&CourseGroup::reordered_at_half);
  add_shares(finding.curves, sliced, controls, share_of_band);
  add_shares(finding.curves, switched, controls_at_half, share_of_band);

  sliced.insert(sliced.end(), switched.begin(), switched.end());
  controls.insert(controls.end(), controls_at_half.begin(), controls_at_half.end());
  add_shares(finding.metrics, sliced, controls,
             [](const Compared& run, std::span<const Compared> band) {
               return metric_difference(run) / metric_band(band);
             });
  for (const Compared& run : sliced) raise(finding.off, metric_difference(run));
  finding.off_by_rounding = metric_band(controls);
  return finding;
}

}  // namespace

Verdict judge_training(const Claim& claim, std::span<const Record> records) {
  constexpr double most_scatter = 4.0;
  const std::vector<Course> all = courses(records);
  std::vector<CourseGroup> groups = grouped(all);
  std::erase_if(groups, [&](const CourseGroup& group) {
    return group.full == nullptr || group.full->setting.subject != claim.subject;
  });
  Verdict verdict{.claim = claim, .answer = Answer::supported, .evidence = {}};
  std::string missing;
  verdict.low = std::numeric_limits<double>::infinity();
  for (const TrainingTask task : {TrainingTask::copying, TrainingTask::text}) {
    Inventory inventory;
    for (const CourseGroup& group : groups) {
      if (group.full->setting.training.task == task) inventory.add(group);
    }
    if (!inventory.whole()) {
      missing += fmt::format("{}{}", missing.empty() ? "records are missing: " : ", ", name(task));
      if (!inventory.comparable()) continue;
    }
    const Finding finding = finding_of(groups, task);
    double multiple = 0.0;
    double scatter = 0.0;
    for (const Shares& shares : {finding.curves, finding.metrics}) {
      raise(multiple, shares.multiple(claim.bound));
      raise(scatter, shares.controls);
    }
    raise(verdict.value, multiple);
    verdict.low = std::min(verdict.low, multiple);
    verdict.evidence += fmt::format(
        "{}{}, {} seeds: losses at most {:.2f} times as far from the full pass as other orders of "
        "summation at the same step, each of these at most {:.2f} times as far as the others; {} "
        "after the last step {:.2g} apart, other orders {:.2g}{}{}{}",
        verdict.evidence.empty() ? "" : "; ", name(task), inventory.seeds, finding.curves.runs,
        finding.curves.controls, metric_name(task), finding.off, finding.off_by_rounding,
        inventory.baseline, inventory.learned_nothing ? ", and nothing was learned" : "",
        scatter <= most_scatter ? "" : ", and the other orders differ too much from each other");
    if (inventory.learned_nothing || !(scatter <= most_scatter))
      verdict.answer = Answer::inconclusive;
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

}  // namespace slim::experiments
