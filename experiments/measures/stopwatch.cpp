// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/stopwatch.hpp"

#include <benchmark/benchmark.h>

#include <exception>
#include <stdexcept>
#include <vector>

namespace slim::experiments {
namespace {

class OneRun : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
      timing.iterations = run.iterations;
      timing.seconds = run.real_accumulated_time / static_cast<double>(run.iterations);
    }
  }
  Timing timing{.seconds = 0.0, .iterations = 0};
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

Timing time_call(const std::function<void()>& body, double least_seconds) {
  initialise_once();
  std::exception_ptr failure;
  benchmark::ClearRegisteredBenchmarks();
  benchmark::RegisterBenchmark("call",
                               [&](benchmark::State& state) {
                                 try {
                                   for ([[maybe_unused]] auto iteration : state) body();
                                 } catch (...) {
                                   failure = std::current_exception();
                                   state.SkipWithError("threw");
                                 }
                               })
      ->MinTime(least_seconds)
      ->UseRealTime();
  OneRun reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter, "all");
  benchmark::ClearRegisteredBenchmarks();
  if (failure) std::rethrow_exception(failure);
  if (reporter.timing.iterations < 1)
    throw std::runtime_error("Google Benchmark returned no sample");
  return reporter.timing;
}

}  // namespace slim::experiments
