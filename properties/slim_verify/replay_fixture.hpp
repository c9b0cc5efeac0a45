// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/slim_verify/replay.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace slim::properties {

namespace fs = std::filesystem;

inline std::vector<fs::path> golden_vectors() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(fs::path(SLIM_SOURCE_DIR) / "reference/golden")) {
    if (entry.path().extension() == ".safetensors") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

/// Each test has a separate folder.
class Replay : public testing::Test {
 protected:
  [[nodiscard]] std::vector<Replayed> replayed(const CaseFile& file) const {
    write_case_file(folder_ / "case.safetensors", file);
    return replay(folder_ / "case.safetensors");
  }
  /// The message with which the replay of a case is rejected.
  [[nodiscard]] std::string refusal(const CaseFile& file) const {
    try {
      return replayed(file).empty() ? "no subject was run" : "accepted";
    } catch (const ContractError& error) {
      return error.what();
    }
  }
  const TestFolder temporary_;
  const fs::path folder_ = temporary_.path();
};

inline int count(const std::vector<Replayed>& lines, Outcome outcome) {
  return static_cast<int>(std::ranges::count_if(
      lines, [&](const Replayed& line) { return line.finding.outcome == outcome; }));
}

/// The same file for the reference only, which is enough to detect a changed expectation.
inline CaseFile for_the_reference(CaseFile file) {
  file.metadata["subject"] = "reference";
  return file;
}

inline std::vector<double> values_of(const Tensor& tensor) {
  std::vector<double> values;
  for (std::size_t i = 0; i < tensor.size(); ++i) values.push_back(tensor.real(i));
  return values;
}

inline double largest(const std::vector<double>& values) {
  double found = 0.0;
  for (const double value : values) found = std::max(found, std::abs(value));
  return found;
}

/// Calls `change` with the name and the largest entry of every expected gradient whose largest
/// entry is at least 1e-3 of the largest of all gradients.
template <class Change>
void for_each_large_gradient(const CaseFile& file, Change change) {
  double of_all = 0.0;
  for (const auto& [name, tensor] : file.tensors) {
    if (name.starts_with("expected.grad.")) of_all = std::max(of_all, largest(values_of(tensor)));
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (!name.starts_with("expected.grad.")) continue;
    const double of_tensor = largest(values_of(tensor));
    if (of_tensor >= 1e-3 * of_all) change(name, of_tensor);
  }
}

inline void replace(CaseFile& file, const std::string& name, std::size_t entry, double value) {
  std::vector<double> values = values_of(file.tensor(name));
  values.at(entry) = value;
  file.tensors[name] = make_tensor(file.tensor(name).shape, std::span<const double>(values));
}

}  // namespace slim::properties
