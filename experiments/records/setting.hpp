#pragma once

#include "experiments/training/training.hpp"
#include "reference/vocabulary/model/model.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace slim::experiments {

/// Everything that a measured gradient depends on, beside the code and the machine.
struct Setting {
  std::string subject = "recovered/iterative";
  Scalar scalar = Scalar::float32;
  Model model;
  Index batch = 1;      ///< B
  Index length = 1024;  ///< L, in targets: a sequence has L + 1 tokens
  Index slice = 256;    ///< C; at least L is the full pass
  FirstSweep first_sweep = FirstSweep::lazy;
  double key_scale = 1.0;  ///< the maps of the keys are drawn this many times larger
  /// Bytes of address space of a process that is capped; of a training, bytes that it may write to
  /// beyond its program's own. 0: none.
  std::int64_t memory_cap = 0;
  std::uint64_t seed = 1;
  int threads = 1;
  std::filesystem::path corpus = {};
  Training training = {};  ///< without steps: a single gradient

  [[nodiscard]] bool full_pass() const { return slice >= length; }
  /// N = ⌈L/C⌉
  [[nodiscard]] Index slices() const { return (length + slice - 1) / slice; }
};

/// Throws ContractError, naming what is wrong and what is allowed, unless every size is positive
/// and divides as it must.
void require_valid(const Setting& setting);

/// One line for people: "recovered/iterative float32 L=1024 C=256".
std::string summary(const Setting& setting);

/// The options of slim-measure that describe the setting, so that a fresh process can be given it.
std::vector<std::string> to_arguments(const Setting& setting);

}  // namespace slim::experiments
