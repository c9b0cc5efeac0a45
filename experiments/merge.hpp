#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace slim::experiments {

struct MergeReport {
  std::size_t taken = 0;
  std::size_t known = 0;  ///< records that `folder` has already
  /// Parts of sweeps of which there is no record, such as "figure2 at scale paper: 2/4, 3/4". Of a
  /// sweep that was not always made in parts nothing is said.
  std::vector<std::string> missing = {};
};
/// Appends the records of the parts' records.jsonl to that of `folder`, each once.
/// Throws ContractError when a part has none.
MergeReport merge_records(const std::vector<std::filesystem::path>& parts,
                          const std::filesystem::path& folder);

}  // namespace slim::experiments
