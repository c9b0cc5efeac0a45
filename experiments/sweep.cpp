#include "experiments/sweep.hpp"

#include "experiments/corpus.hpp"
#include "experiments/measures/byte_count.hpp"
#include "experiments/measures/gate.hpp"
#include "experiments/measures/gradient_error.hpp"
#include "experiments/measures/key_spread.hpp"
#include "experiments/measures/longest_length.hpp"
#include "experiments/measures/operation_count.hpp"
#include "experiments/measures/overhead.hpp"
#include "experiments/measures/process_peak.hpp"
#include "experiments/measures/softmax_error.hpp"
#include "experiments/measures/stopwatch.hpp"
#include "experiments/measures/switched_training.hpp"
#include "experiments/measures/workload.hpp"
#include "experiments/progress.hpp"
#include "experiments/record_log.hpp"
#include "experiments/training/training_data.hpp"
#include "experiments/training/training_runs.hpp"
#include "reference/vocabulary/contract.hpp"
#include "reference/vocabulary/gradient_case.hpp"
#include "reference/vocabulary/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

namespace slim::experiments {
namespace {

/// One sample to come: a record whose result is still the quantity's empty one.
using Job = Record;

Measured nothing_yet(Quantity quantity) {
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
    case Quantity::gradient_error:
      break;
  }
  return GradientError{};
}

/// Every sample of every plan: the exact ones, then rounds of seconds.
std::vector<Job> jobs_of(const std::vector<Experiment>& experiments, const Sweep& sweep) {
  const std::string sha1 = corpus_sha1(sweep.conditions.corpus);
  const Provenance here = provenance();
  std::vector<Job> jobs;
  for (const Experiment& experiment : experiments) {
    for (const Plan& plan : experiment.plans(sweep.conditions)) {
      require_valid(plan.setting);
      for (int sample = 0; sample < plan.samples; ++sample) {
        Job job = {.experiment = experiment.name,
                   .scale = std::string(name(sweep.conditions.scale)),
                   .setting = plan.setting,
                   .corpus_sha1 = sha1,
                   .sample = sample,
                   .measured = nothing_yet(plan.quantity),
                   .provenance = here};
        job.setting.model.conventions = sweep.find_subject(plan.setting.subject).conventions;
        jobs.push_back(std::move(job));
      }
    }
  }
  std::stable_sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) {
    const auto round = [](const Job& job) {
      return quantity_of(job.measured) == Quantity::seconds ? 1 + job.sample : 0;
    };
    return round(a) < round(b);
  });
  return jobs;
}

/// The longest text that any setting needs is there.
void require_corpus(const std::vector<Job>& jobs) {
  const auto bytes = [](const Job& job) {
    const bool trains = job.setting.training.steps > 0;  // on a text of its own, or on none
    return trains ? 0 : job.setting.batch * job.setting.length;
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
    if (quantity_of(job.measured) == Quantity::softmax_error) continue;  // of no gradient
    const std::string kind =
        fmt::format("{} {} {} {} {} {}", s.subject, name(s.scalar), name(s.model.feature_map),
                    name(s.model.norm), std::min<Index>(s.model.heads, 2), name(s.first_sweep));
    if (!passed.insert(kind).second) continue;
    gate.require_lawful(find_subject(s.subject), s);
  }
}

Seconds time_gradient(const Subject& subject, const Setting& setting, bool warm) {
  return in_scalar(setting.scalar, [&]<class T>() -> Seconds {
    Workload<T> workload(subject, setting);
    if (!warm) workload.run();
    const Timing timing = time_call([&] { workload.run(); });
    return {.seconds = timing.seconds,
            .iterations = timing.iterations,
            .loss = to_double(workload.result().loss)};
  });
}

/// Relative cost of a job, for the time left: tokens times parameters, by how slow the scalar is.
double weight(const Job& job) {
  const double work = static_cast<double>(job.setting.batch * job.setting.length) *
                      static_cast<double>(parameter_count(job.setting.model));
  switch (quantity_of(job.measured)) {
    case Quantity::operations:
      return 30.0 * work;
    case Quantity::gradient_error:
      return 3000.0 * work;
    case Quantity::softmax_error:
      return 0.01 * work;
    case Quantity::longest:  // a full pass soon outgrows its process
      return job.setting.full_pass() ? 0.02 * work : 1.5 * work;
    case Quantity::training: {
      const Training& t = job.setting.training;
      const Index steps = job.setting.memory_cap > 0
                              ? t.steps - t.switch_at
                              : t.leg_end(job.sample) - t.leg_begin(job.sample);
      return work * static_cast<double>(steps);
    }
    default:
      // A slice reads and writes every parameter a few times, which its products outweigh from
      // some rows on.
      return work * (1.0 + 16.0 / static_cast<double>(job.setting.slice));
  }
}

class Measurer {
 public:
  explicit Measurer(const Sweep& sweep)
      : sweep_(sweep), training_(sweep.folder / "training", sweep.find_subject, sweep.program) {}

  Measured measure(const Job& job) {
    const Setting& setting = job.setting;
    const Subject& subject = sweep_.find_subject(setting.subject);
    switch (quantity_of(job.measured)) {
      case Quantity::seconds: {
        const bool warm = !warmed_.insert(warmth(job)).second;
        return time_gradient(subject, setting, warm);
      }
      case Quantity::bytes:
        warmed_.insert(warmth(job));
        return count_bytes(subject, setting);
      case Quantity::operations:
        return count_operations(subject, setting);
      case Quantity::process:
        return process_peak_of_fresh_process(setting, sweep_.program);
      case Quantity::gradient_discrepancy: {
        const GradientError error = gradient_error(subject, setting, "stored/iterative");
        return GradientDiscrepancy{.relative = error.relative, .refusal = error.refusal};
      }
      case Quantity::key_spread:
        return measure_key_spread(setting, read_corpus(setting));
      case Quantity::overhead:
        return overheads_.count(subject, setting);
      case Quantity::switch_error:
        return measure_switch(subject, setting);
      case Quantity::full_discrepancy:
        warmed_.insert(warmth(job));
        return full_discrepancy(subject, setting);
      case Quantity::longest:
        return measure_longest(setting, sweep_.program);
      case Quantity::softmax_error:
        return measure_softmax_error(setting);
      case Quantity::training:
        return training_.leg(job);
      case Quantity::gradient_error:
        break;
    }
    return gradient_error(subject, setting, "reference");
  }

 private:
  /// What a run leaves warm, code and the allocator's memory, whatever the seed and the sample.
  static std::string warmth(const Job& job) {
    Setting setting = job.setting;
    setting.seed = 0;
    return fmt::format("{}", fmt::join(to_arguments(setting), " "));
  }

  /// From the same subject's gradient in the full pass, which is kept for the next job.
  FullDiscrepancy full_discrepancy(const Subject& subject, const Setting& setting) {
    return in_scalar(setting.scalar, [&]<class T>() -> FullDiscrepancy {
      Setting whole = setting;
      whole.slice = setting.length;
      const std::string key = fmt::format("{}", fmt::join(to_arguments(whole), " "));
      if (key != whole_of_) {
        Workload<T> workload(subject, whole);
        workload.run();
        const auto& values = workload.result().gradient.values();
        whole_.clear();
        for (const T& value : values) whole_.push_back(to_double(value));
        whole_of_ = key;
      }
      Workload<T> workload(subject, setting);
      workload.run();
      const auto& values = workload.result().gradient.values();
      double largest = 0.0;
      double worst = 0.0;
      for (std::size_t i = 0; i < whole_.size(); ++i) {
        const double off = std::abs(to_double(values[i]) - whole_[i]);
        if (!std::isfinite(off)) return {.relative = std::numeric_limits<double>::quiet_NaN()};
        worst = std::max(worst, off);
        largest = std::max(largest, std::abs(whole_[i]));
      }
      return {.relative = worst / largest};
    });
  }

  /// From the gradient of the reference in 50 digits, or of another subject in float64. That truth
  /// is kept for the next job, which often differs in C or in the subject alone.
  GradientError gradient_error(const Subject& subject, const Setting& setting,
                               const char* authority) {
    const Sequences tokens = read_corpus(setting);
    Setting question = setting;
    question.subject = authority;
    question.scalar = Scalar::digits50;
    question.slice = 1;
    question.first_sweep = FirstSweep::lazy;
    question.model.conventions = subject.conventions;
    const std::string key =
        fmt::format("{} {}", fmt::join(to_arguments(question), " "), to_text(subject.conventions));
    if (key != truth_of_) {
      const Subject& truthful = sweep_.find_subject(authority);
      truth_ = question.subject == "reference"
                   ? true_gradient(truthful, subject.conventions, question, tokens)
                   : stored_gradient(truthful, question, tokens);
      truth_of_ = key;
    }
    return measure_gradient_error(subject, truth_, setting, tokens);
  }

  const Sweep& sweep_;
  TrainingRuns training_;
  std::set<std::string> warmed_;
  OverheadCounter overheads_;
  std::string whole_of_;
  std::vector<double> whole_;  ///< a gradient of the full pass
  std::string truth_of_;
  Parameters<Digits50> truth_;
};

}  // namespace

Shard parse_shard(std::string_view text) {
  Shard shard;
  const char* end = text.data() + text.size();
  const auto [slash, first] = std::from_chars(text.data(), end, shard.index);
  const bool divided = first == std::errc() && slash != end && *slash == '/';
  const auto [rest, second] =
      divided ? std::from_chars(slash + 1, end, shard.count) : std::from_chars_result{end, first};
  require(divided && second == std::errc() && rest == end && shard.count >= 1 &&
              shard.index < shard.count,
          "shard '" + std::string(text) + "' is not i/n with 0 ≤ i < n, as in 0/4");
  return shard;
}

MergeReport merge_records(const std::vector<std::filesystem::path>& parts,
                          const std::filesystem::path& folder) {
  std::vector<Record> records;
  for (const std::filesystem::path& part : parts) {
    const std::vector<Record> own = read_records(part / "records.jsonl");
    records.insert(records.end(), own.begin(), own.end());
  }
  RecordLog log(folder, [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  MergeReport report;
  for (const Record& record : records) {
    if (log.find(identity(record)) != nullptr) {
      ++report.known;
    } else {
      log.append(record);
      ++report.taken;
    }
  }
  return report;
}

SweepReport run_sweep(const std::vector<Experiment>& experiments, const Sweep& sweep) {
  std::vector<Job> jobs = jobs_of(experiments, sweep);
  std::erase_if(jobs, [&](const Job& job) {
    return stream_named(place(job).c_str()) % sweep.shard.count != sweep.shard.index;
  });
  require_corpus(jobs);
  require_lawful_subjects(jobs, sweep.find_subject);

  SweepReport report;
  RecordLog log(sweep.folder, [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
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

  Measurer measurer(sweep);
  Progress progress(missing.size(),
                    std::transform_reduce(missing.begin(), missing.end(), 0.0, std::plus<>{},
                                          [](const Job* job) { return weight(*job); }));
  for (Job* next : missing) {
    Job& job = *next;
    progress.begin(fmt::format("{} {}: {}", job.experiment, name(quantity_of(job.measured)),
                               summary(job.setting)));
    job.measured = measurer.measure(job);
    job.provenance.date = provenance().date;
    log.append(job);
    progress.end(weight(job));
    ++report.measured;
  }
  return report;
}

}  // namespace slim::experiments
