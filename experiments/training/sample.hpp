// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <cstdint>
#include <string>

namespace slim::experiments {

struct SampleWishes {
  std::string prompt = "\n";
  Index length = 512;        ///< bytes after the prompt
  double temperature = 0.8;  ///< of the softmax that bytes are sampled from
  std::uint64_t seed = 1;
};

/// Text sampled from a checkpoint's model byte by byte, including the prompt. Only the prefix sums
/// are passed from one byte to the next, so memory does not grow. Computed in float32 by a
/// resumable subject. Requires a model of 256 tokens and a prompt; otherwise throws ContractError.
std::string sample_text(const Subject& subject, const CaseFile& checkpoint,
                        const SampleWishes& wishes);

}  // namespace slim::experiments
