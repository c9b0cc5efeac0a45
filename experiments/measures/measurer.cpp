// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/measurer.hpp"

#include "experiments/measures/byte_count.hpp"
#include "experiments/measures/distributed_cost.hpp"
#include "experiments/measures/gradient_error.hpp"
#include "experiments/measures/key_spread.hpp"
#include "experiments/measures/longest_length.hpp"
#include "experiments/measures/operation_count.hpp"
#include "experiments/measures/process_peak.hpp"
#include "experiments/measures/softmax_error.hpp"
#include "experiments/measures/stopwatch.hpp"
#include "experiments/measures/switched_training.hpp"
#include "experiments/workload/corpus.hpp"
#include "experiments/workload/workload.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace slim::experiments {
namespace {

std::string key_of(const Setting& setting) {
  return fmt::format("{}", fmt::join(to_arguments(setting), " "));
}

template <class T>
std::vector<double> in_double(const Parameters<T>& gradient) {
  std::vector<double> values;
  values.reserve(gradient.values().size());
  for (const T& value : gradient.values()) values.push_back(to_double(value));
  return values;
}

/// Key of what a run warms up (code and the allocator's memory), which does not depend on seed and
/// sample.
std::string warm_up_key(const Record& job) {
  Setting setting = job.setting;
  setting.seed = 0;
  return key_of(setting);
}

}  // namespace

Measurer::Measurer(const std::filesystem::path& folder, FindSubject find_subject,
                   std::filesystem::path program)
    : find_subject_(std::move(find_subject)),
      program_(std::move(program)),
      training_(folder, find_subject_, program_) {}

Measured Measurer::measure(const Record& job) {
  const Setting& setting = job.setting;
  const Subject& subject = find_subject_(setting.subject);
  switch (quantity_of(job.measured)) {
    case Quantity::seconds: {
      const bool warm = !warmed_.insert(warm_up_key(job)).second;
      return time_gradient(subject, setting, warm);
    }
    case Quantity::bytes:
      warmed_.insert(warm_up_key(job));
      return count_bytes(subject, setting);
    case Quantity::operations:
      return count_operations(subject, setting);
    case Quantity::process:
      return process_peak_of_fresh_process(setting, program_).memory;
    case Quantity::gradient_discrepancy: {
      const auto [relative, refusal, tensor, zero] =
          gradient_error(subject, setting, "stored/iterative");
      return GradientDiscrepancy{relative, refusal, tensor, zero};
    }
    case Quantity::key_spread:
      return measure_key_spread(setting, read_corpus(setting));
    case Quantity::overhead:
      return overheads_.count(subject, setting);
    case Quantity::switch_error:
      return measure_switch(subject, setting);
    case Quantity::full_discrepancy:
      warmed_.insert(warm_up_key(job));
      return full_discrepancy(subject, setting);
    case Quantity::longest:
      // Softmax attention is another model, which no other subject computes.
      return measure_longest(
          setting, setting.subject == "softmax" ? nullptr : &find_subject_("stored/iterative"),
          program_);
    case Quantity::softmax_error:
      return measure_softmax_error(setting);
    case Quantity::training:
      return training_.leg(job);
    case Quantity::distributed:
      return count_distributed(setting);
    case Quantity::gradient_error:
      break;
  }
  return gradient_error(subject, setting, "reference");
}

Seconds Measurer::time_gradient(const Subject& subject, const Setting& setting, bool warm) {
  return in_scalar(setting.scalar, [&]<class T>() -> Seconds {
    last_ = {};  // frees its memory first
    Workload<T> workload(subject, setting);
    if (!warm) workload.run();
    const Timing timing = time_call([&] { workload.run(); });
    last_ = {.of = key_of(setting), .values = in_double(workload.result().gradient)};
    return {.seconds = timing.median,
            .iterations = timing.iterations,
            .loss = to_double(workload.result().loss)};
  });
}

const Measurer::KeptGradient& Measurer::gradient_of(const Subject& subject,
                                                    const Setting& setting) {
  if (key_of(setting) != last_.of) {
    last_ = {};
    last_ = in_scalar(setting.scalar, [&]<class T>() -> KeptGradient {
      Workload<T> workload(subject, setting);
      workload.run();
      return {.of = key_of(setting), .values = in_double(workload.result().gradient)};
    });
  }
  return last_;
}

/// Relative to the same subject's gradient in the full pass, which is kept for the next job.
FullDiscrepancy Measurer::full_discrepancy(const Subject& subject, const Setting& setting) {
  Setting whole = setting;
  whole.slice = setting.length;
  if (key_of(whole) != whole_.of) whole_ = gradient_of(subject, whole);
  const std::vector<double>& values = gradient_of(subject, setting).values;
  double largest = 0.0;
  double worst = 0.0;
  for (std::size_t i = 0; i < whole_.values.size(); ++i) {
    const double off = std::abs(values[i] - whole_.values[i]);
    if (!std::isfinite(off)) return {.relative = std::numeric_limits<double>::quiet_NaN()};
    worst = std::max(worst, off);
    largest = std::max(largest, std::abs(whole_.values[i]));
  }
  return {.relative = worst / largest};
}

/// Relative to the gradient of the reference in 50 digits, or of another subject in float64. This
/// truth is kept for the next job, which often differs in C or in the subject only.
GradientError Measurer::gradient_error(const Subject& subject, const Setting& setting,
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
    const Subject& truthful = find_subject_(authority);
    truth_ = question.subject == "reference"
                 ? true_gradient(truthful, subject.conventions, question, tokens)
                 : stored_gradient(truthful, question, tokens);
    truth_of_ = key;
  }
  return measure_gradient_error(subject, truth_, setting, tokens);
}

}  // namespace slim::experiments
