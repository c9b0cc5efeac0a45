// SPDX-License-Identifier: Apache-2.0
// Implementations that draw their own projections.

#include "properties/report/verdict_table.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"

#include <gtest/gtest.h>

namespace slim::properties::foreign {
namespace {

/// FAVOR+ in NumPy with its own projection: that of seed `used`, with vectors of this length.
ForeignSubject with_own_projection(const std::string& used, const std::string& length) {
  const std::string program =
      "import functools\nimport numpy as np\nfrom slim_subject import projection, serve, subject\n"
      "@projection(kind=\"orthogonal\", own=True)\n"
      "def draw(seed, width, features):\n"
      "    random, blocks = np.random.default_rng(seed), []\n"
      "    while len(blocks) * width < features:\n"
      "        q, r = np.linalg.qr(random.standard_normal((width, width)))\n"
      "        blocks.append(q * np.sign(np.diag(r)) * " +
      length +
      ")\n"
      "    return np.concatenate(blocks, 1)[:, :features]\n"
      "def favor(x, blocks):\n"
      "    x = x * x.shape[-1] ** -0.25\n"
      "    omega = draw(" +
      used +
      ", x.shape[-1], blocks * x.shape[-1]).astype(x.dtype)\n"
      "    return np.exp(x @ omega - (x * x).sum(-1, keepdims=True) / 2)\n"
      "@subject(features=[\"favor+\"])\n"
      "def attention(q, k, v, feature_blocks, **options):\n"
      "    weights = np.tril(favor(q, feature_blocks) @ favor(k, feature_blocks).swapaxes(-1, "
      "-2))\n"
      "    return weights @ v / (weights.sum(-1, keepdims=True) + 1e-16)\n"
      "serve()\n";
  return open_subject(
      program_door("PYTHONPATH=" + folder + " exec " SLIM_PYTHON " -c '" + program + "'"), {});
}

Verdict verdict_of(const ForeignSubject& foreign, const std::string& law) {
  return run_on(foreign, {law}, 20, {Scalar::float64}).verdicts.front();
}

TEST(OwnProjection, ReplacesTheGivenOne) {
  const ForeignSubject correct = with_own_projection("0", "width ** 0.5");
  for (const char* law : {"attention-agrees", "heads-independent", "projection-as-declared"}) {
    const Verdict verdict = verdict_of(correct, law);
    EXPECT_TRUE(verdict.holds()) << law << ": " << summary(verdict);
    EXPECT_GT(verdict.tally.executed(), 0) << law;
  }
  EXPECT_TRUE(tasks_never_asked(correct).empty());
  EXPECT_FALSE(verdict_of(with_own_projection("1", "width ** 0.5"), "attention-agrees").holds());
}

TEST(OwnProjection, HasToBeOfItsKind) {
  const ForeignSubject of_unit_length = with_own_projection("0", "1");
  EXPECT_TRUE(verdict_of(of_unit_length, "attention-agrees").holds());
  EXPECT_FALSE(verdict_of(of_unit_length, "projection-as-declared").holds());
}

TEST(OwnProjection, HasToBeFinite) {
  const ForeignSubject not_finite = with_own_projection("0", "np.nan");
  for (const char* law : {"attention-agrees", "projection-as-declared"}) {
    const RunResult result = run_on(not_finite, {law}, 3, {Scalar::float64});
    ASSERT_FALSE(result.counterexamples.empty()) << law;
    EXPECT_EQ(result.counterexamples.front().finding.failure, Failure::non_finite) << law;
  }
}

TEST(OwnProjection, MayFail) {
  const ForeignSubject failing = with_own_projection("0", "no_such_name");
  EXPECT_FALSE(verdict_of(failing, "attention-agrees").holds());
  EXPECT_FALSE(verdict_of(failing, "projection-as-declared").holds());
}

}  // namespace
}  // namespace slim::properties::foreign
