// SPDX-License-Identifier: Apache-2.0
// Times one gradient and, for comparison, its matrix products alone; also tokens per second for
// short and long sequences.

#include "chunked/catalogue.hpp"
#include "chunked/rows/products.hpp"
#include "reference/vocabulary/model/draw.hpp"

#include <benchmark/benchmark.h>

#include <thread>

namespace slim::chunked {
namespace {

struct Configuration {
  Index length;
  Model model;
};

/// The paper's configuration II.
Configuration configuration_two() {
  return {
      .length = 1024,
      .model = {.vocab_size = 256, .hidden_dim = 512, .layers = 3, .ffn_dim = 2048, .heads = 8}};
}

/// A model small enough for a sequence of a million tokens.
Configuration long_sequence(Index length) {
  return {.length = length,
          .model = {.vocab_size = 256, .hidden_dim = 64, .layers = 2, .ffn_dim = 256, .heads = 4}};
}

int all_cores() {
  return static_cast<int>(std::thread::hardware_concurrency());
}

template <class T>
void gradient_of(benchmark::State& state, const Variant& variant, const Configuration& c,
                 Index slice_length) {
  const auto theta = converted<T>(draw_parameters(c.model, 1), c.model, MemoryTag::parameters);
  const Projection<T> omega;
  const Sequences sequences = draw_sequences(1, c.length, c.model.vocab_size, 1);
  const GradientTask<T> task{.model = c.model,
                             .theta = theta,
                             .omega = omega,
                             .sequences = sequences,
                             .slice_length = slice_length,
                             .threads = all_cores()};
  GradientResult<T> result;
  for ([[maybe_unused]] auto _ : state) {
    variant.gradient.in<T>()(task, result);
    benchmark::DoNotOptimize(result.loss);
  }
  state.SetItemsProcessed(state.iterations() * c.length);
}

/// The matrix products of one full pass, forward and backward, which every implementation needs.
template <class T>
void products_of(benchmark::State& state) {
  const Configuration c = configuration_two();
  const Index D = c.model.hidden_dim;
  const auto theta = converted<T>(draw_parameters(c.model, 1), c.model, MemoryTag::parameters);
  Parameters<T> gradient(c.model, MemoryTag::gradient);
  Workers workers(all_cores());
  Matrix<T> X = Matrix<T>::Random(c.length, D);
  Matrix<T> dX = X;
  Matrix<T> Y = Matrix<T>::Random(c.length, c.model.ffn_dim);
  auto once = [&](const LinearMap<const T>& map, LinearMap<T> into) {
    const Index in = map.weight.cols();
    const Index out = map.weight.rows();
    Matrix<T>& from = in == D ? X : Y;
    Matrix<T>& to = out == D ? dX : Y;
    const MatrixView<const T> input(from.data(), c.length, in);
    const MatrixView<T> output(to.data(), c.length, out);
    apply<T>(workers, map, input, output);
    pull_back_weights<T>(workers, MatrixView<const T>(to.data(), c.length, out), input, into);
    pull_back_input<T>(workers, map, MatrixView<const T>(to.data(), c.length, out),
                       {from.data(), c.length, in}, Into::overwrite);
  };
  for ([[maybe_unused]] auto _ : state) {
    X.setConstant(T(1));
    for (Index r = 0; r < c.model.layers; ++r) {
      const auto from = theta.layer(r);
      const auto into = gradient.layer(r);
      once(from.q_map, into.q_map);
      once(from.k_map, into.k_map);
      once(from.v_map, into.v_map);
      once(from.U_map, into.U_map);
      once(from.V_map, into.V_map);
    }
  }
}

#ifdef __clang_analyzer__
void register_all() {}  // the analyzer reports the library's registry as a leak
#else
void register_all() {
  benchmark::RegisterBenchmark("products alone", products_of<float>)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
  for (const Variant& variant : catalogue()) {
    for (const Index C : {1024, 512, 256, 64, 1}) {
      const std::string name = variant.name() + " C=" + std::to_string(C);
      benchmark::RegisterBenchmark(name.c_str(), gradient_of<float>, variant, configuration_two(),
                                   C)
          ->Unit(benchmark::kMillisecond)
          ->UseRealTime();
    }
    for (const Index L : {Index(1) << 12, Index(1) << 20}) {
      const std::string name = variant.name() + " tokens L=" + std::to_string(L) + " C=256";
      benchmark::RegisterBenchmark(name.c_str(), gradient_of<float>, variant, long_sequence(L), 256)
          ->Unit(benchmark::kMillisecond)
          ->UseRealTime();
    }
  }
}
#endif

}  // namespace
}  // namespace slim::chunked

int main(int argc, char** argv) {
  slim::chunked::register_all();
  benchmark::Initialize(&argc, argv);
  benchmark::AddCustomContext("products", SLIM_PRODUCTS_BY);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
