// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/sweep.hpp"

#include "experiments/measures/gate.hpp"
#include "experiments/plans/jobs.hpp"
#include "experiments/plans/production.hpp"
#include "experiments/records/record_log.hpp"
#include "experiments/training/training_data.hpp"
#include "experiments/workload/corpus.hpp"
#include "experiments/workload/workload.hpp"
#include "properties/command_line/output_place.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace slim::experiments {
namespace {

void note_line(const std::string& line) {
  command_line::note(line);
}

Measured empty_result(Quantity quantity) {
  switch (quantity) {
    case Quantity::seconds:
      return Seconds{};
    case Quantity::bytes:
      return Bytes{};
    case Quantity::operations:
      return Operations{};
    case Quantity::process:
      return ProcessPeak{};
    case Quantity::gradient_discrepancy:
      return GradientDiscrepancy{};
    case Quantity::key_spread:
      return KeySpread{};
    case Quantity::overhead:
      return Overhead{};
    case Quantity::switch_error:
      return SwitchError{};
    case Quantity::full_discrepancy:
      return FullDiscrepancy{};
    case Quantity::longest:
      return Longest{};
    case Quantity::softmax_error:
      return SoftmaxError{};
    case Quantity::training:
      return TrainingLeg{};
    case Quantity::distributed:
      return Distributed{};
    case Quantity::gradient_error:
      break;
  }
  return GradientError{};
}

/// All samples of all plans: exact ones first, then rounds of seconds. A discrepancy directly
/// follows the seconds of its gradient, so that the gradient is computed once.
std::vector<Job> jobs_of(const std::vector<Experiment>& experiments, const Sweep& sweep) {
  const std::string text = corpus_identity(sweep.conditions.corpus);
  const Provenance here = provenance();
  Conditions conditions = sweep.conditions;
  conditions.say = note_line;
  std::vector<Job> jobs;
  for (const Experiment& experiment : experiments) {
    for (const Plan& plan : experiment.plans(conditions)) {
      require_valid(plan.setting);
      for (int sample = 0; sample < plan.samples; ++sample) {
        Job job = {.experiment = experiment.name,
                   .scale = conditions.own ? own_scale : std::string(name(conditions.scale)),
                   .setting = plan.setting,
                   .corpus_sha1 = text,
                   .sample = sample,
                   .measured = empty_result(plan.quantity),
                   .provenance = here,
                   .shard = name(sweep.shard)};
        job.setting.model.conventions = sweep.find_subject(plan.setting.subject).conventions;
        jobs.push_back(std::move(job));
      }
    }
  }
  std::stable_sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) {
    const auto round = [](const Job& job) {
      const Quantity quantity = quantity_of(job.measured);
      const bool timed = quantity == Quantity::seconds || quantity == Quantity::full_discrepancy;
      return timed ? 1 + job.sample : 0;
    };
    return round(a) < round(b);
  });
  return jobs;
}

/// Depends on everything but the threads, whose number differs between machines.
std::uint64_t part_of(Job job, std::uint64_t count) {
  job.setting.threads = 1;
  return stream_named(place(job).c_str()) % count;
}

/// Checks that the text is long enough for every setting.
void require_corpus(const std::vector<Job>& jobs) {
  const auto bytes = [](const Job& job) {
    const bool other = job.setting.training.steps > 0 || job.setting.corpus == random_tokens;
    return other ? 0 : job.setting.batch * job.setting.length;
  };
  const auto longest = std::max_element(
      jobs.begin(), jobs.end(), [&](const Job& a, const Job& b) { return bytes(a) < bytes(b); });
  if (longest != jobs.end() && bytes(*longest) > 0) read_corpus(longest->setting);
  const auto training = std::find_if(jobs.begin(), jobs.end(), [](const Job& job) {
    const Training& t = job.setting.training;
    return t.steps > 0 && t.task == TrainingTask::text;
  });
  if (training != jobs.end()) training_data(training->setting);
}

void require_lawful_subjects(const std::vector<Job>& jobs, const FindSubject& find_subject) {
  std::set<std::string> passed;
  Gate gate(find_subject("reference"));
  for (const Job& job : jobs) {
    const Setting& s = job.setting;
    if (quantity_of(job.measured) == Quantity::softmax_error) continue;  // measures no gradient
    const std::string kind =
        fmt::format("{} {} {} {} {} {}", s.subject, name(s.scalar), name(s.model.feature_map),
                    name(s.model.norm), std::min<Index>(s.model.heads, 2), name(s.first_sweep));
    if (!passed.insert(kind).second) continue;
    gate.require_lawful(find_subject(s.subject), s);
  }
}

/// The processors of the hosts that measure; the first is this one's.
std::vector<std::string> processors_of(const Sweep& sweep) {
  if (sweep.ranks == nullptr) return {provenance().processor};
  sweep.ranks->meet(sweep.rank_deadline);
  std::vector<std::string> processors;
  for (const RankHost& host : sweep.ranks->hosts()) processors.push_back(host.processor);
  return processors;
}

/// The record of a job, measured by any of these processors if any host may measure it; or null.
const Record* known_in(const RecordLog& log, Record job,
                       const std::vector<std::string>& processors) {
  for (const std::string& processor : processors) {
    job.provenance.processor = processor;
    const Record* known = log.find(identity(job));
    if (known != nullptr || !runs_on_any_host(job)) return known;
  }
  return nullptr;
}

}  // namespace

SweepReport run_sweep(const std::vector<Experiment>& experiments, const Sweep& sweep) {
  const std::vector<std::string> processors = processors_of(sweep);
  std::vector<Job> jobs = jobs_of(experiments, sweep);
  std::erase_if(
      jobs, [&](const Job& job) { return part_of(job, sweep.shard.count) != sweep.shard.index; });
  require_corpus(jobs);
  command_line::require_writable(sweep.folder / "records.jsonl");
  require_lawful_subjects(jobs, sweep.find_subject);

  SweepReport report;
  RecordLog log(sweep.folder, note_line);
  report.file = log.file();
  report.records = jobs;
  std::vector<Job*> missing;
  for (Record& job : report.records) {
    if (const Record* known = known_in(log, job, processors); known != nullptr) {
      job = *known;
      ++report.reused;
    } else {
      missing.push_back(&job);
    }
  }

  if (sweep.announce) sweep.announce(std::vector<const Record*>(missing.begin(), missing.end()));
  measure_all(missing, sweep, log);
  report.measured = missing.size();
  return report;
}

}  // namespace slim::experiments
