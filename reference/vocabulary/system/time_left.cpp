// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/time_left.hpp"

#include <cmath>
#include <cstdint>
#include <iterator>

namespace slim {

/// The time of a step of this weight, from the finished steps nearest in log weight.
double TimeLeft::seconds_of(double weight, const Taken& taken) {
  auto above = taken.lower_bound(weight);
  if (above == taken.end()) --above;
  auto nearest = above;
  if (above != taken.begin()) {
    const auto below = std::prev(above);
    const bool below_is_nearer = weight / below->first < above->first / weight;
    if (below_is_nearer) nearest = below;
  }
  return nearest->second.sum / nearest->second.count * (weight / nearest->first);
}

TimeLeft::TimeLeft(const std::vector<Step>& steps) {
  std::map<std::string, std::size_t> places;
  for (const Step& step : steps) {
    Planned& planned = planned_.emplace_back(
        Planned{.kinds = {}, .weight = step.weight, .at_once = step.at_once, .finished = false});
    for (const std::string& kind : step.kinds) {
      planned.kinds.push_back(places.emplace(kind, places.size()).first->second);
    }
  }
  taken_.resize(places.size());
}

void TimeLeft::finish(std::size_t step, double seconds) {
  Planned& planned = planned_.at(step);
  planned.finished = true;
  for (const std::size_t kind : planned.kinds) {
    Mean& mean = taken_[kind][planned.weight];
    mean.sum += seconds;
    mean.count += 1.0;
  }
}

const TimeLeft::Taken* TimeLeft::similar(const Planned& step) const {
  for (const std::size_t kind : step.kinds) {
    if (!taken_[kind].empty()) return &taken_[kind];
  }
  return nullptr;
}

TimeLeft::Estimate TimeLeft::left() const {
  Estimate estimate;
  for (const Planned& step : planned_) {
    if (step.finished) continue;
    const Taken* taken = similar(step);
    if (taken == nullptr) {
      estimate.is_whole = false;
    } else {
      estimate.seconds += seconds_of(step.weight, *taken) / step.at_once;
    }
  }
  return estimate;
}

std::string in_words(std::chrono::seconds time) {
  const auto two_digits = [](std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  const std::int64_t seconds = time.count();
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) {
    return std::to_string(seconds / 60) + " min " + two_digits(seconds % 60) + " s";
  }
  return std::to_string(seconds / 3600) + " h " + two_digits(seconds / 60 % 60) + " min";
}

std::string in_words(const TimeLeft::Estimate& estimate) {
  if (!estimate.is_whole && !(estimate.seconds > 0.0)) return {};
  const std::chrono::seconds time(std::llround(estimate.seconds));
  return (estimate.is_whole ? "" : "at least ") + in_words(time) + " left";
}

}  // namespace slim
