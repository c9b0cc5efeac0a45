// SPDX-License-Identifier: Apache-2.0
// Cases per second of the reference in 50 digits, on one thread and on two, and the rate that a
// property run assumes.

#include "reference/performer/prefix_attention.hpp"
#include "reference/proofs/drawn_case.hpp"
#include "reference/proofs/every_option.hpp"

#include <benchmark/benchmark.h>

namespace slim::reference {
namespace {

using T = Digits50;

void report(benchmark::State& state, double target) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.counters["target"] = benchmark::Counter(target, benchmark::Counter::kAvgThreads);
}

/// A whole model with L s d_ff = 960: the size of a generated case.
void whole_model(benchmark::State& state, const FeatureMap& map) {
  const auto c = drawn_case<T>({.vocab_size = 16,
                                .hidden_dim = 8,
                                .layers = 2,
                                .ffn_dim = 32,
                                .heads = 1,
                                .feature_map = map},
                               1, 15, 1);
  const GradientTask<T> task = c.task();
  GradientResult<T> result;
  for ([[maybe_unused]] auto _ : state) {
    gradient(task, result);
    benchmark::DoNotOptimize(result.loss);
  }
  report(state, 50.0);
}

Matrix<T> drawn(Index rows, Index cols, std::uint64_t stream, bool positive) {
  Matrix<T> result(rows, cols);
  fill(std::span(result.data(), static_cast<std::size_t>(rows * cols)), stream, positive);
  return result;
}

/// One head, L = 32, d = M = 8, forward and backward.
void attention_with_pullback(benchmark::State& state) {
  constexpr Index L = 32, d = 8, M = 8;
  const AttentionRows<T> rows{drawn(L, M, 1, true), drawn(L, M, 2, true), drawn(L, d, 3, false)};
  const Matrix<T> dY = drawn(L, d, 4, false);
  const PrefixSums<T> zero{Matrix<T>::Zero(d, M), Vector<T>::Zero(M)};
  const T epsilon(1e-16);
  for ([[maybe_unused]] auto _ : state) {
    const auto kept = prefix_attention(rows, zero, epsilon);
    const auto pulled = prefix_attention_pullback(rows, kept, dY, zero);
    benchmark::DoNotOptimize(pulled.start.R.data());
  }
  report(state, 1000.0);
}

#ifdef __clang_analyzer__
void register_all() {}  // memory that the library keeps looks like a leak to the analyzer
#else
void register_all() {
  for (const FeatureMap& map : feature_maps) {
    const std::string label = "whole model " + name(map);
    benchmark::RegisterBenchmark(label.c_str(), whole_model, map)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime()
        ->ThreadRange(1, 2);
  }
  benchmark::RegisterBenchmark("attention with pullback", attention_with_pullback)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime()
      ->ThreadRange(1, 2);
}
#endif

}  // namespace
}  // namespace slim::reference

int main(int argc, char** argv) {
  slim::reference::register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
