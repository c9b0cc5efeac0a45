// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/production.hpp"

#include "experiments/measures/measurer.hpp"
#include "experiments/plans/progress.hpp"
#include "experiments/ranks/job_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <span>
#include <system_error>
#include <thread>

namespace slim::experiments {
namespace {

/// Jobs of one quantity that one measurer should measure, one after another.
using Batch = std::vector<Job*>;

/// Number of parallel batches: the ranks, or the threads of the sweep, at most eight.
int batches_at_once(const Sweep& sweep) {
  if (sweep.ranks != nullptr) return static_cast<int>(sweep.ranks->hosts().size());
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

/// Reports the progress of jobs, and stores their results.
class Journal {
 public:
  Journal(std::span<Job* const> jobs, const Sweep& sweep, RecordLog& log)
      : log_(log), progress_(steps_of(jobs, sweep)) {
    for (std::size_t i = 0; i < jobs.size(); ++i) step_of_[jobs[i]] = i;
  }

  void begin(const Job& job) {
    const std::lock_guard lock(mutex_);
    progress_.begin(step_of_.at(&job),
                    fmt::format("{} {}: {}", job.experiment, name(quantity_of(job.measured)),
                                summary(job.setting)));
  }

  void store(const Job& job) {
    const std::lock_guard lock(mutex_);
    log_.append(job);
    progress_.end(step_of_.at(&job));
  }

 private:
  RecordLog& log_;
  Progress progress_;
  std::map<const Job*, std::size_t> step_of_;
  std::mutex mutex_;
};

Measurer measurer_of(const Sweep& sweep) {
  return {sweep.folder / "training", sweep.find_subject, sweep.program};
}

void measure(Job& job, Measurer& measurer, Journal& journal) {
  journal.begin(job);
  job.measured = measurer.measure(job);
  job.provenance.date = provenance().date;
  journal.store(job);
}

/// Runs each batch on one thread. When a job throws, the other threads stop after their current
/// job.
void measure_on_threads(const std::vector<Batch>& batches, const Sweep& sweep, Journal& journal) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::exception_ptr first;
  const auto work = [&] {
    try {
      Measurer measurer = measurer_of(sweep);
      for (std::size_t i = next++; i < batches.size() && !stop; i = next++) {
        for (auto job = batches[i].begin(); job != batches[i].end() && !stop; ++job) {
          measure(**job, measurer, journal);
        }
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (first == nullptr) first = std::current_exception();
      stop = true;
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (int i = 1; i < batches_at_once(sweep); ++i) {
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

/// Gives each rank one job at a time, of one batch after another.
class Distribution {
 public:
  Distribution(const Sweep& sweep, Journal& journal)
      : sweep_(sweep), ranks_(*sweep.ranks), journal_(journal), left_(ranks_.hosts().size()) {}

  void measure_on_all(const std::vector<Batch>& batches) {
    for (const Batch& batch : batches) {
      (runs_on_any_host(*batch.front()) ? anywhere_ : on_first_host_).push_back(&batch);
    }
    for (std::size_t rank = 0; rank < left_.size(); ++rank) start(rank, false);
    while (running_ > 0) start(complete_one(), false);
  }

  void measure_alone(Batch& jobs) {
    left_[0] = jobs;
    while (!left_[0].empty()) {
      start(0, true);
      complete_one();
    }
  }

 private:
  void start(std::size_t rank, bool alone) {
    if (left_[rank].empty()) left_[rank] = next_batch(rank);
    if (left_[rank].empty()) return;
    const Job& job = *left_[rank].front();
    journal_.begin(job);
    ranks_.give(rank, to_text({.record = job, .folder = sweep_.folder, .alone = alone}));
    ++running_;
  }

  /// Stores the next result, and returns its rank.
  std::size_t complete_one() {
    const auto [rank, text] = ranks_.next_answer(sweep_.rank_deadline);
    Record record = parse_record(text);
    if (left_[rank].empty() || place(record) != place(*left_[rank].front())) {
      throw std::runtime_error(
          fmt::format("rank {} answered a measurement that it was not asked for", rank));
    }
    Job& job = *left_[rank].front();
    job.measured = std::move(record.measured);
    job.provenance = std::move(record.provenance);
    journal_.store(job);
    left_[rank] = left_[rank].subspan(1);
    --running_;
    return rank;
  }

  std::span<Job* const> next_batch(std::size_t rank) {
    const bool first_host = ranks_.hosts()[rank].name == ranks_.hosts()[0].name;
    auto& batches = first_host && !on_first_host_.empty() ? on_first_host_ : anywhere_;
    if (batches.empty()) return {};
    const Batch* batch = batches.front();
    batches.pop_front();
    return *batch;
  }

  const Sweep& sweep_;
  Ranks& ranks_;
  Journal& journal_;
  std::deque<const Batch*> on_first_host_;
  std::deque<const Batch*> anywhere_;
  std::vector<std::span<Job* const>> left_;  ///< of the batch of each rank; the first runs
  std::size_t running_ = 0;
};

}  // namespace

void measure_all(const std::vector<Job*>& missing, const Sweep& sweep, RecordLog& log) {
  std::vector<Batch> batches;
  std::map<std::string, std::size_t> batch_of;
  Batch alone;
  for (Job* job : missing) {
    if (!can_run_in_parallel(*job)) {
      alone.push_back(job);
      continue;
    }
    const auto [batch, is_new] = batch_of.emplace(batch_key(*job), batches.size());
    if (is_new) batches.emplace_back();
    batches[batch->second].push_back(job);
  }
  Journal journal(missing, sweep, log);
  if (sweep.ranks != nullptr) {
    Distribution distribution(sweep, journal);
    distribution.measure_on_all(batches);
    distribution.measure_alone(alone);
    return;
  }
  measure_on_threads(batches, sweep, journal);
  Measurer measurer = measurer_of(sweep);
  for (Job* job : alone) measure(*job, measurer, journal);
}

}  // namespace slim::experiments
