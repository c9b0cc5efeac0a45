// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace slim::plots {

/// A temporary folder for a test, deleted by the destructor.
class TestFolder {
 public:
  TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

/// Lines of `records.jsonl` from an invented cost model: bytes affine in C, seconds linear in L
/// with some spread, five samples per cell. Over L from 2^10 to 2^16 at C = 256, over C from 1 to
/// 2^11 at L = 2^12.
std::vector<std::string> synthetic_length_records();
std::vector<std::string> synthetic_slice_records();
std::vector<std::string> synthetic_figure2_records();
std::vector<std::string> synthetic_crossing_records();
std::vector<std::string> synthetic_overhead_records();
std::vector<std::string> synthetic_work_records();
std::vector<std::string> synthetic_drift_records();
std::vector<std::string> synthetic_exact_records();
std::vector<std::string> synthetic_device_records();
std::vector<std::string> synthetic_features_records();
/// Both tasks, two seeds, every regime and two other orders of summation; fine-tuning of text in
/// little memory.
std::vector<std::string> synthetic_training_records();

/// Three verdicts, one of each kind, and the twelve cells of table 1, as `verdicts.json`.
std::string synthetic_verdicts();

std::string joined_lines(const std::vector<std::string>& lines);

/// Writes all of these into a folder.
void write_synthetic(const TestFolder& folder);

}  // namespace slim::plots
