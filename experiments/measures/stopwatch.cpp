// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/stopwatch.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <vector>

namespace slim::experiments {
namespace {

double least_of(const std::vector<double>& values) {
  return *std::ranges::min_element(values);
}

/// Takes the samples and the statistics of them, which Google Benchmark adds for two or more.
class Collected : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.error_occurred) continue;
      const double seconds = run.real_accumulated_time / static_cast<double>(run.iterations);
      if (run.run_type == Run::RT_Iteration) {
        timing.iterations = run.iterations;
        timing.samples.push_back(seconds);
        if (timing.samples.size() == 1) timing.least = timing.median = seconds;
      }
      if (run.aggregate_name == "min") timing.least = seconds;
      if (run.aggregate_name == "median") timing.median = seconds;
      if (run.aggregate_name == "stddev") timing.deviation = seconds;
    }
  }
  Timing timing;
};

void initialise_once() {
  [[maybe_unused]] static const bool done = [] {
    char program[] = "slim-measure";
    char* arguments[] = {program, nullptr};
    int count = 1;
    benchmark::Initialize(&count, arguments);
    return true;
  }();
}

}  // namespace

Timing time_call(const std::function<void()>& body, double least_seconds, int repetitions) {
  initialise_once();
  std::exception_ptr failure;
  benchmark::ClearRegisteredBenchmarks();
  benchmark::RegisterBenchmark("call",
                               [&](benchmark::State& state) {
                                 try {
                                   if (failure) return state.SkipWithError("threw before");
                                   for ([[maybe_unused]] auto iteration : state) body();
                                 } catch (...) {
                                   failure = std::current_exception();
                                   state.SkipWithError("threw");
                                 }
                               })
      ->MinTime(least_seconds)
      ->UseRealTime()
      ->Repetitions(repetitions)
      ->ComputeStatistics("min", least_of);
  Collected reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter, "all");
  benchmark::ClearRegisteredBenchmarks();
  if (failure) std::rethrow_exception(failure);
  if (std::ssize(reporter.timing.samples) != repetitions)
    throw std::runtime_error("Google Benchmark returned too few samples");
  return reporter.timing;
}

}  // namespace slim::experiments
