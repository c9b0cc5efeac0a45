// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/training.hpp"
#include "reference/vocabulary/model/model.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace slim::experiments {

/// Instead of a text: tokens drawn with the setting's seed, uniform in the vocabulary.
inline constexpr const char* random_tokens = "random tokens";

/// Everything that a measured gradient depends on, except the code and the machine.
struct Setting {
  std::string subject = "recovered/iterative";
  Scalar scalar = Scalar::float32;
  Model model;
  Index batch = 1;      ///< B
  Index length = 1024;  ///< L, in targets: a sequence has L + 1 tokens
  Index slice = 256;    ///< C; C ≥ L is the full pass
  FirstSweep first_sweep = FirstSweep::lazy;
  double key_scale = 1.0;  ///< factor of the drawn key maps
  /// Bytes of address space of a process with a cap; for a training, bytes of writable memory
  /// beyond the program's own. 0: no cap.
  std::int64_t memory_cap = 0;
  std::uint64_t seed = 1;
  int threads = 1;
  Index ranks = 0;                    ///< P, for the quantity distributed; 0 elsewhere
  std::filesystem::path corpus = {};  ///< a text, or random_tokens
  Training training = {};             ///< 0 steps: a single gradient

  [[nodiscard]] bool full_pass() const { return slice >= length; }
  /// N = ⌈L/C⌉
  [[nodiscard]] Index slices() const { return (length + slice - 1) / slice; }
};

/// Throws ContractError that names the value and what is allowed, unless every size is positive and
/// divisible as required.
void require_valid(const Setting& setting);

/// One readable line: "recovered/iterative float32 L=1024 C=256".
std::string summary(const Setting& setting);

/// The options of slim-measure that describe the setting, to pass it to a fresh process.
std::vector<std::string> to_arguments(const Setting& setting);

}  // namespace slim::experiments
