#pragma once

#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <cstdint>
#include <string>

namespace slim::experiments {

struct SampleWishes {
  std::string prompt = "\n";
  Index length = 512;        ///< bytes after the prompt
  double temperature = 0.8;  ///< of the softmax that a byte is drawn from
  std::uint64_t seed = 1;
};

/// What a checkpoint's model writes, byte by byte: prompt and all. Only the prefix sums pass from
/// one byte to the next, so that memory does not grow. In float32, by a subject that is resumable.
/// Requires a model of 256 tokens and a prompt. Throws ContractError that says what is wrong.
std::string sample_text(const Subject& subject, const CaseFile& checkpoint,
                        const SampleWishes& wishes);

}  // namespace slim::experiments
