// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/report/report.hpp"

#include <limits>

namespace slim::properties {

inline constexpr double beyond_bound = std::numeric_limits<double>::infinity();

/// A run with one failure, and its report.
struct Example {
  Law law{.name = "some-law",
          .statement = {},
          .source = {},
          .generator = {},
          .tolerance = {},
          .kills = {},
          .draw = {},
          .load = {}};
  Subject subject{
      .name = "a<b", .summary = {}, .capabilities = {}, .conventions = {}, .gradient = {}};
  RunPlan plan{
      .laws = {&law}, .subjects = {&subject}, .scalars = {Scalar::float32}, .seed = 9, .cases = 4};
  RunResult result;

  Example() {
    Verdict wrong{.law = "some-law", .subject = "a<b", .scalar = Scalar::float32, .tally = {}};
    wrong.tally.cases = 4;
    wrong.tally.passed = 1;
    wrong.tally.wrong = 1;
    wrong.tally.skipped["a reason"] = 1;
    wrong.tally.not_run = 1;
    wrong.tally.worst = {.tensor = "grad.x", .row = 2, .error = beyond_bound, .bound = 0.5};
    result.verdicts.push_back(wrong);
    result.counterexamples.push_back(
        {.law = "some-law",
         .subject = "a<b",
         .scalar = Scalar::float32,
         .case_number = 3,
         .drawn = "L=9",
         .readable = "L=2",
         .shrinks = 4,
         .finding = {.outcome = Outcome::wrong, .worst = wrong.tally.worst, .note = {}},
         .file = {}});
  }
  [[nodiscard]] Report report() const {
    return {.plan = plan, .result = result, .case_paths = {"my folder/it's"}, .seconds = 1.0};
  }
};

}  // namespace slim::properties
