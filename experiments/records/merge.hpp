// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace slim::experiments {

struct MergeReport {
  std::size_t taken = 0;
  std::size_t known = 0;  ///< records that `folder` already contains
  /// Parts of sweeps that have no record, such as "figure2 at scale paper: 2/4, 3/4". Sweeps with
  /// records that do not belong to a part are not listed.
  std::vector<std::string> missing = {};
  /// Measurements with two different exact results, and the two folders that contain them.
  std::vector<std::string> conflicts = {};
};

/// Appends the records in each part's records.jsonl to that of `folder`, without duplicates. If
/// seconds were measured twice, the first value read is kept. If an exact result was measured twice
/// and differs, nothing is appended. `say` reports incomplete last lines that are skipped.
/// Throws ContractError, and appends nothing, when a part has no records or an invalid i/n.
MergeReport merge_records(const std::vector<std::filesystem::path>& parts,
                          const std::filesystem::path& folder,
                          const std::function<void(std::string)>& say);

}  // namespace slim::experiments
