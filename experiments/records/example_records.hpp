// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"

#include <utility>
#include <vector>

namespace slim::experiments {

/// For tests: a record of a single gradient, measured in an undivided sweep.
inline Record example_record(Measured measured) {
  return {.experiment = "length",
          .scale = "ci",
          .setting = {.subject = "recovered/iterative",
                      .scalar = Scalar::float32,
                      .model = {.hidden_dim = 64, .layers = 2, .ffn_dim = 256, .heads = 1},
                      .length = 1024,
                      .slice = 256,
                      .seed = 1,
                      .threads = 2,
                      .corpus = "text.gz"},
          .corpus_sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d",
          .sample = 0,
          .measured = std::move(measured),
          .provenance = {.version = "0.1.0",
                         .commit = "abc",
                         .code = "0123456789ab",
                         .compiler = "GNU 12",
                         .flags = "-O2",
                         .preset = "Release",
                         .processor = "one × 2",
                         .date = "2026-01-01T00:00:00Z"}};
}

}  // namespace slim::experiments
