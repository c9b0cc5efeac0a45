#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace slim::experiments {

struct MergeReport {
  std::size_t taken = 0;
  std::size_t known = 0;  ///< records that `folder` has already
  /// Parts of sweeps of which there is no record, such as "figure2 at scale paper: 2/4, 3/4". Of a
  /// sweep that was not always made in parts nothing is said.
  std::vector<std::string> missing = {};
  /// Measurements with two different exact results, and the two folders that have them.
  std::vector<std::string> conflicts = {};
};

/// Appends the records of the parts' records.jsonl to that of `folder`, each once; seconds that
/// were measured twice stay as they are read first. Where an exact result was measured twice and
/// differs, nothing is appended at all. `say` is told of a last line that was cut off.
/// Throws ContractError, and appends nothing, when a part has no records, or one that is not of
/// i/n.
MergeReport merge_records(const std::vector<std::filesystem::path>& parts,
                          const std::filesystem::path& folder,
                          const std::function<void(std::string)>& say);

}  // namespace slim::experiments
