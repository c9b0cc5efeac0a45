// SPDX-License-Identifier: Apache-2.0
#include "experiments/slim_measure/foreign_records.hpp"

#include "experiments/plans/experiment.hpp"
#include "experiments/slim_measure/command_line.hpp"

#include <fmt/format.h>

#include <set>

namespace slim::experiments {
namespace {

using properties::foreign::ResourcePlan;
using properties::foreign::ResourceSample;

void add_records(std::vector<Record>& records, Record record, const ResourceSample& sample) {
  record.measured = Seconds{.seconds = sample.seconds};
  if (sample.seconds > 0.0) records.push_back(record);
  record.measured = Bytes{.peak = static_cast<std::int64_t>(sample.bytes_peak)};
  if (sample.bytes_peak >= 1.0 && !sample.lost_sight) records.push_back(record);
}

}  // namespace

std::vector<Record> records_of(const std::string& name, const std::vector<ResourceSample>& samples,
                               const ResourcePlan& plan) {
  std::set<properties::foreign::CostedTask> tasks;
  for (const ResourceSample& sample : samples) tasks.insert(sample.task);
  std::vector<Record> records;
  for (const ResourceSample& sample : samples) {
    const std::string task(properties::foreign::name(sample.task));
    Record record = {
        .experiment = {},
        .scale = own_scale,
        .setting =
            {.subject = fmt::format("foreign/{}{}", name, tasks.size() > 1 ? ", " + task : ""),
             .scalar = sample.scalar,
             .model = {.hidden_dim = plan.width, .layers = 1, .ffn_dim = plan.width, .heads = 1},
             .length = sample.length,
             .slice = sample.slice_length,
             .threads = all_threads(),
             .corpus = random_tokens},
        .corpus_sha1 = {},
        .measured = {},
        .provenance = provenance()};
    if (sample.slice_length == plan.slices.front()) {
      record.experiment = "length";
      add_records(records, record, sample);
    }
    if (sample.length == plan.lengths.back()) {
      record.experiment = "slice";
      add_records(records, record, sample);
    }
  }
  return records;
}

}  // namespace slim::experiments
