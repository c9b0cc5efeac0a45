// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/sweep.hpp"

#include "experiments/measures/gate.hpp"
#include "experiments/measures/measurer.hpp"
#include "experiments/plans/progress.hpp"
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
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

namespace slim::experiments {
namespace {

/// A sample to measure: a record whose result is still empty.
using Job = Record;

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
                   .scale = std::string(name(conditions.scale)),
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

/// Relative time of a job among those of its kind: tokens times parameters.
double weight(const Job& job) {
  const double work = static_cast<double>(job.setting.batch * job.setting.length) *
                      static_cast<double>(parameter_count(job.setting.model));
  if (quantity_of(job.measured) == Quantity::training) {
    const Training& t = job.setting.training;
    const Index steps = job.setting.memory_cap > 0
                            ? t.steps - t.switch_at
                            : t.leg_end(job.sample) - t.leg_begin(job.sample);
    return work * static_cast<double>(steps);
  }
  // The constant cost of a slice, which reads and writes every parameter a few times, equals that
  // of about 16 rows of products.
  return work * (1.0 + 16.0 / static_cast<double>(job.setting.slice));
}

/// Keys of similar jobs, for the remaining time, from specific to general: samples of one setting;
/// settings of one subject; jobs of one quantity; and, for quantities that are little more than a
/// gradient, all of these.
std::vector<std::string> kinds(const Job& job) {
  const Quantity quantity = quantity_of(job.measured);
  const Setting& s = job.setting;
  Setting any_seed = s;
  any_seed.seed = 0;
  std::vector<std::string> alike = {
      fmt::format("{} {}", name(quantity), fmt::join(to_arguments(any_seed), " ")),
      fmt::format("{} {} {} {} {}", name(quantity), s.subject, name(s.scalar),
                  name(s.model.feature_map), s.full_pass() ? "full" : "sliced"),
      std::string(name(quantity))};
  switch (quantity) {
    case Quantity::seconds:
    case Quantity::bytes:
    case Quantity::process:
      alike.emplace_back("a gradient");
      break;
    default:
      break;
  }
  return alike;
}

/// Whether other jobs may run at the same time: the result does not depend on time or on this
/// process's memory, and the job needs at most about a gigabyte, even if every state is stored.
bool can_run_in_parallel(const Job& job) {
  switch (quantity_of(job.measured)) {
    case Quantity::operations:
    case Quantity::overhead:
    case Quantity::gradient_error:
    case Quantity::gradient_discrepancy:
    case Quantity::key_spread:
    case Quantity::softmax_error:
    case Quantity::switch_error:
    case Quantity::distributed:
      break;
    case Quantity::process:  // measured in a separate process
    case Quantity::longest:
      break;
    default:
      return false;
  }
  const Setting& s = job.setting;
  if (s.memory_cap > 0) return true;
  constexpr Index most_activations = Index{1} << 24;
  constexpr Index most_sums = Index{1} << 27;
  const Index width = s.model.hidden_dim * s.model.layers;
  return s.batch * s.length <= most_activations / width &&
         s.batch * s.slices() <= most_sums / (width * s.model.head_dim());
}

/// Key of jobs that share what a measurer caches: they differ only in the subject, in C or in the
/// scalar.
std::string batch_key(const Job& job) {
  Setting shared = job.setting;
  if (shared.memory_cap > 0) return place(job);
  shared.subject = "any";
  shared.scalar = Scalar::float64;
  shared.slice = 1;
  shared.first_sweep = FirstSweep::lazy;
  return fmt::format("{} {} {}", job.experiment, name(quantity_of(job.measured)),
                     fmt::join(to_arguments(shared), " "));
}

/// Number of parallel batches: the threads of the sweep, at most eight.
int batches_at_once(const Sweep& sweep) {
  return std::clamp(sweep.conditions.threads, 1, 8);
}

std::vector<Step> steps_of(std::span<Job* const> jobs, const Sweep& sweep) {
  std::vector<Step> steps;
  steps.reserve(jobs.size());
  for (const Job* job : jobs) {
    steps.push_back({.kinds = kinds(*job),
                     .weight = weight(*job),
                     .at_once = can_run_in_parallel(*job) ? batches_at_once(sweep) : 1});
  }
  return steps;
}

/// Measures jobs on one thread or several, and stores each result as it completes.
class Production {
 public:
  Production(std::span<Job* const> jobs, const Sweep& sweep, RecordLog& log)
      : sweep_(sweep), log_(log), progress_(steps_of(jobs, sweep)) {
    for (std::size_t i = 0; i < jobs.size(); ++i) step_of_[jobs[i]] = i;
  }

  void measure(Job& job, Measurer& measurer) {
    const std::size_t step = step_of_.at(&job);
    {
      const std::lock_guard lock(mutex_);
      progress_.begin(step, fmt::format("{} {}: {}", job.experiment,
                                        name(quantity_of(job.measured)), summary(job.setting)));
    }
    job.measured = measurer.measure(job);
    job.provenance.date = provenance().date;
    const std::lock_guard lock(mutex_);
    log_.append(job);
    progress_.end(step);
  }

  /// Runs each batch on one thread. When a job throws, the other threads stop after their current
  /// job.
  void measure_in_parallel(const std::vector<std::vector<Job*>>& batches) {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> stop{false};
    std::exception_ptr first;
    const auto work = [&] {
      try {
        Measurer measurer(sweep_.folder / "training", sweep_.find_subject, sweep_.program);
        for (std::size_t i = next++; i < batches.size() && !stop; i = next++) {
          for (auto job = batches[i].begin(); job != batches[i].end() && !stop; ++job) {
            measure(**job, measurer);
          }
        }
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (first == nullptr) first = std::current_exception();
        stop = true;
      }
    };
    {
      std::vector<std::jthread> helpers;
      for (int i = 1; i < batches_at_once(sweep_); ++i) {
        try {
          helpers.emplace_back(work);
        } catch (const std::system_error&) {
          break;  // no more threads available: fewer give the same records
        }
      }
      work();
    }
    if (first != nullptr) std::rethrow_exception(first);
  }

 private:
  const Sweep& sweep_;
  RecordLog& log_;
  Progress progress_;
  std::map<const Job*, std::size_t> step_of_;
  std::mutex mutex_;
};

/// Runs jobs in parallel where possible, then the others one at a time.
void measure_all(const std::vector<Job*>& missing, const Sweep& sweep, RecordLog& log) {
  std::vector<std::vector<Job*>> batches;
  std::map<std::string, std::size_t> batch_of;
  std::vector<Job*> alone;
  for (Job* job : missing) {
    if (!can_run_in_parallel(*job)) {
      alone.push_back(job);
      continue;
    }
    const auto [batch, is_new] = batch_of.emplace(batch_key(*job), batches.size());
    if (is_new) batches.emplace_back();
    batches[batch->second].push_back(job);
  }
  Production production(missing, sweep, log);
  production.measure_in_parallel(batches);
  Measurer measurer(sweep.folder / "training", sweep.find_subject, sweep.program);
  for (Job* job : alone) production.measure(*job, measurer);
}

}  // namespace

SweepReport run_sweep(const std::vector<Experiment>& experiments, const Sweep& sweep) {
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
  std::vector<Record*> missing;
  for (Record& job : report.records) {
    if (const Record* known = log.find(identity(job)); known != nullptr) {
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
