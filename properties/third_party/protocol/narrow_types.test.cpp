// SPDX-License-Identifier: Apache-2.0
// Third-party implementations in float16 and bfloat16, and with declared types of products and
// sums.

#include "properties/report/verdict_table.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"

#include <gtest/gtest.h>

namespace slim::properties::foreign {
namespace {

/// A program in PyTorch: `body` computes `out` of q, k, v and causal.
ForeignSubject torch_program(const std::string& body, const std::string& declared) {
  const std::string program =
      "import torch\nfrom slim_subject import subject, serve\n"
      "@subject(framework=\"torch\", bidirectional=True, name=\"narrow\", " +
      declared +
      ")\n"
      "def attention(q, k, v, causal, **options):\n" +
      body +
      "    out = weights @ v / (weights.sum(-1, keepdim=True) + 1e-16)\n"
      "    return out\n"
      "serve()\n";
  return open_subject(
      program_door("PYTHONPATH=" + folder + " exec " SLIM_PYTHON " -c '" + program + "'"), {});
}

constexpr const char* in_its_type =
    "    weights = q @ k.transpose(-1, -2)\n"
    "    weights = weights.tril() if causal else weights\n";

void expect_holds(const ForeignSubject& foreign, const std::vector<std::string>& laws,
                  const std::vector<Scalar>& scalars) {
  for (const Verdict& verdict : run_on(foreign, laws, 20, scalars).verdicts) {
    EXPECT_TRUE(verdict.holds()) << verdict.law << ": " << summary(verdict);
    EXPECT_GT(verdict.tally.executed(), 0) << verdict.law;
  }
}

TEST(NarrowTypes, PassThroughTheInterfaceOfLibraries) {
  const ForeignSubject foreign = open_subject(library_door(library("c_attention_narrow")), {});
  expect_holds(foreign, {"attention-agrees", "future-does-not-leak", "averages"},
               {Scalar::float16, Scalar::bfloat16});
}

TEST(NarrowTypes, PassThroughTheKitWithTheirGradients) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  expect_holds(torch_program(in_its_type, "dtypes=[\"bfloat16\"]"),
               {"attention-agrees", "pullback-agrees"}, {Scalar::bfloat16});
}

TEST(NarrowTypes, OfAStateAreFloat32) {
  const std::string program =
      "import numpy as np\nfrom slim_subject import subject, serve\n"
      "@subject(resumable=True, dtypes=[\"float16\"])\n"
      "def attention(q, k, v, initial, **options):\n"
      "    q, k, v = (x.astype(np.float32) for x in (q, k, v))\n"
      "    R = np.einsum(\"bhld,bhlm->bhldm\", v, k).cumsum(2, np.float32)\n"
      "    S = k.cumsum(2, np.float32)\n"
      "    if initial:\n"
      "        assert initial[0].dtype == np.float32\n"
      "        R, S = R + initial[0][:, :, None], S + initial[1][:, :, None]\n"
      "    y = np.einsum(\"bhldm,bhlm->bhld\", R, q) / (np.einsum(\"bhlm,bhlm->bhl\", S, q)[..., "
      "None] + 1e-16)\n"
      "    return y.astype(np.float16), R[:, :, -1], S[:, :, -1]\n"
      "serve()\n";
  const ForeignSubject foreign = open_subject(
      program_door("PYTHONPATH=" + folder + " exec " SLIM_PYTHON " -c '" + program + "'"), {});
  expect_holds(foreign, {"attention-agrees", "attention-resumes"}, {Scalar::float16});
}

/// Rounds to the digits of TF32, 10 after the point, to nearest.
constexpr const char* with_factors_in_tf32 =
    "    def tf32(x):\n"
    "        bits = x.view(torch.int32)\n"
    "        return ((bits + 0xfff + ((bits >> 13) & 1)) & ~0x1fff).view(torch.float32)\n"
    "    weights = tf32(q.contiguous()) @ tf32(k.contiguous()).transpose(-1, -2)\n"
    "    weights = weights.tril() if causal else weights\n";

TEST(NarrowTypes, OfFactorsHaveToBeDeclared) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const std::string declared = "pullback=False, dtypes=[\"float32\"]";
  expect_holds(torch_program(with_factors_in_tf32, declared + ", factors=\"tf32\""),
               {"attention-agrees"}, {Scalar::float32});
  const ForeignSubject undeclared = torch_program(with_factors_in_tf32, declared);
  EXPECT_FALSE(run_on(undeclared, {"attention-agrees"}, 20).holds());
  const ForeignSubject finer =
      torch_program(with_factors_in_tf32, declared + ", factors=\"float32\"");
  EXPECT_FALSE(run_on(finer, {"attention-agrees"}, 20).holds());
}

/// Adds one weight after the other, and rounds each sum.
constexpr const char* with_sums_in_its_type =
    "    weights = q @ k.transpose(-1, -2)\n"
    "    weights = weights.tril() if causal else weights\n"
    "    total = torch.zeros_like(weights[..., 0])\n"
    "    for j in range(weights.shape[-1]): total = total + weights[..., j]\n"
    "    return (weights @ v) / (total[..., None] + 1e-16)\n";

TEST(NarrowTypes, OfSumsMayBeDeclared) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const std::string declared = "pullback=False, dtypes=[\"bfloat16\"], narrow_sums=\"dtype\"";
  expect_holds(torch_program(with_sums_in_its_type, declared), {"attention-agrees"},
               {Scalar::bfloat16});
}

}  // namespace
}  // namespace slim::properties::foreign
