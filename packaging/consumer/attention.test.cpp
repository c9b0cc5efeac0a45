// SPDX-License-Identifier: Apache-2.0
// A project of its own: checks its C++ attention in-process against the laws of the harness.
#include "properties/engine/engine.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/report/report.hpp"

#include <gtest/gtest.h>

using namespace slim;
using namespace slim::properties;

/// Causal attention with given features: out_i = Σ_{first ≤ j ≤ i} (q_i·k_j) v_j / (Σ_j q_i·k_j +
/// ε).
template <int first, class T>
void attend(const AttentionTask<T>& task, AttentionResult<T>& result) {
  require_valid(task);  // a law gives tasks that are not valid
  result.out.resize(task.out_sizes(), MemoryTag::result);
  for (Index b = 0; b < task.q.sizes.batch; ++b) {
    for (Index h = 0; h < task.q.sizes.heads; ++h) {
      const Matrix<T> w =
          (task.q(b, h) * task.k(b, h).transpose()).template triangularView<Eigen::Lower>();
      const Index keys = w.cols() - first;
      const Matrix<T> sums = w.rightCols(keys).rowwise().sum().array() +
                             static_cast<T>(task.conventions.epsilons[EpsilonPlace::denominator]);
      result.out(b, h) = (w.rightCols(keys) * task.v(b, h).bottomRows(keys)).array().colwise() /
                         sums.col(0).array();
    }
  }
}

template <int first>
std::pair<bool, std::string> checked() {
  Subject mine{.name = "mine", .summary = "causal attention"};
  mine.capabilities = {.feature_maps = {},
                       .sliced = false,
                       .resumable = false,
                       .same_bits_in_any_layout = false,
                       .pullback = false,
                       .key_masks = false};
  mine.attention.in<float>() = attend<first, float>;
  mine.attention.in<double>() = attend<first, double>;
  std::vector<Law> laws;  // fitted to what is claimed
  for (const Law& law : laws::catalogue()) {
    if (law.task == "attention")
      laws.push_back(law.fitted ? law.fitted(mine.capabilities, {}) : law);
  }
  RunPlan plan{.laws = {},
               .subjects = {&mine},
               .scalars = {Scalar::float32, Scalar::float64},
               .covers_sizes = true};
  for (const Law& law : laws) plan.laws.push_back(&law);
  const RunResult result = run(plan);
  const std::vector<std::string> paths(result.counterexamples.size(), "not-stored.safetensors");
  return {result.holds(), to_text({.plan = plan, .result = result, .case_paths = paths})};
}

TEST(Attention, HoldsAllLawsThatItClaims) {
  const auto [holds, report] = checked<0>();
  EXPECT_TRUE(holds) << report;
}

TEST(Attention, WithoutItsFirstKeyIsFound) {
  const auto [holds, report] = checked<1>();
  EXPECT_FALSE(holds);
  EXPECT_NE(report.find("breaks attention-agrees"), std::string::npos) << report;
}
