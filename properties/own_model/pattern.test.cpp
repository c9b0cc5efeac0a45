// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/pattern.hpp"

#include "properties/engine/engine.hpp"
#include "properties/own_model/laws.hpp"
#include "properties/own_model/mean_of_prefix.test.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slim::properties::own_model {
namespace {

/// The description of a subject that breaks these laws.
std::string described(const foreign::ForeignSubject& subject,
                      const std::vector<std::string>& names) {
  std::vector<Law> laws = own_laws(subject);
  std::erase_if(laws,
                [&](const Law& law) { return std::ranges::find(names, law.name) == names.end(); });
  RunPlan plan{.laws = {},
               .subjects = {&subject.subject},
               .scalars = {Scalar::float64},
               .cases = 6,
               .threads = 1,
               .covers_sizes = false};
  for (const Law& law : laws) plan.laws.push_back(&law);
  const std::vector<std::string> words = described_by_pattern(subject, run(plan).counterexamples);
  return words.empty() ? "nothing" : words.front();
}

struct Faulty {
  WrongLines lines;
  std::vector<std::string> laws;
  const char* described;
};

TEST(Pattern, DescribesFaultsOfMasksBatchesAndRoundings) {
  if (!foreign::has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const std::string slices = "own-slices-agree";
  for (const Faulty& of : {
           Faulty{.lines = {.logits = "logits = logits + 0.1 * U[x].mean(1, keepdims=True)"},
          .laws = {slices, "own-future-does-not-matter"},
          .described = "rows depend on later tokens"},
           Faulty{.lines = {.logits = "mask = mask * 0 + mask.mean() if chunk else mask"},
           .laws = {slices, "own-future-does-not-matter"},
           .described = "the mask is ignored"},
           Faulty{.lines = {.sums = "dU, dW = (len(x) * d if chunk else d for d in (dU, dW))"},
           .laws = {slices},
           .described = "of 2 sequences is 2 times the full one"},
           Faulty{.lines = {.sums = "dU, dW = (d.clip(-0.05, 0.05) if chunk else d for d in (dU, "
                                    "dW))"},
           .laws = {slices},
           .described = "is clipped: its entries are at most 0.05"},
           Faulty{.lines = {.carried = "carried = carried.astype(np.float16).astype(W.dtype) if "
                                       "chunk and chunk < L else carried"},
           .laws = {slices},
           .described = "what crosses from slice to slice is stored in 16 bits"},
           Faulty{.lines = {.carried = "carried = carried.astype(np.float32).astype(W.dtype) if "
                                       "chunk and chunk < L else carried"},
           .laws = {slices},
           .described = "what crosses from slice to slice is stored in float32"},
           Faulty{
               .lines = {.carried = "carried = carried * (1 + 1e-8 * bool(chunk and chunk < L))"},
        .laws = {slices},
        .described = "or adds something to the gradient of the first one"},
       }) {
    const std::string words = described(mean_of_prefix("64", of.lines), of.laws);
    EXPECT_NE(words.find(of.described), std::string::npos) << words;
  }
}

}  // namespace
}  // namespace slim::properties::own_model
