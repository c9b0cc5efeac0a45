// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/course.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numbers>

namespace slim::experiments {

std::vector<Course> courses(std::span<const Record> records) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const Record*>> legs;
  for (const Record& record : records) {
    if (!std::holds_alternative<TrainingLeg>(record.measured)) continue;
    const std::string run = place(record);
    if (legs[run].empty()) order.push_back(run);
    legs[run].push_back(&record);
  }
  std::vector<Course> all;
  for (const std::string& run : order) {
    std::vector<const Record*>& own = legs[run];
    std::stable_sort(own.begin(), own.end(),
                     [](const Record* a, const Record* b) { return a->sample < b->sample; });
    Course course;
    course.setting = own.front()->setting;
    course.scale = own.front()->scale;
    for (const Record* record : own) {
      const auto& leg = std::get<TrainingLeg>(record->measured);
      const auto next = course.first_step() + static_cast<Index>(course.losses.size());
      if (leg.first_step != next) break;
      course.losses.insert(course.losses.end(), leg.losses.begin(), leg.losses.end());
      course.checks.insert(course.checks.end(), leg.checks.begin(), leg.checks.end());
      course.end = leg.end;
      course.seconds += leg.seconds;
      course.seconds_gradient += leg.seconds_gradient;
      course.seconds_data += leg.seconds_data;
      course.parameters = leg.parameters;
      course.optimiser = leg.optimiser;
      course.peak = std::max(course.peak, leg.peak);
      course.wanted = leg.wanted;
      course.refusal = leg.refusal;
      course.trigram_loss = leg.trigram_loss;
      course.parameters_sha1 = leg.parameters_sha1;
      course.isolation = leg.isolation;
    }
    all.push_back(std::move(course));
  }
  return all;
}

double metric(const Setting& setting, const Check& check) {
  if (setting.training.task == TrainingTask::text) return check.loss / std::numbers::ln2;
  return check.accuracy.value_or(std::numeric_limits<double>::quiet_NaN());
}

const char* metric_name(TrainingTask task) {
  return task == TrainingTask::text ? "bits per byte" : "accuracy";
}

}  // namespace slim::experiments
