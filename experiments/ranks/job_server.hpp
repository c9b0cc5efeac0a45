// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/measures/measurer.hpp"
#include "experiments/records/record.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace slim::experiments {

/// A sample that another process measures.
struct RemoteJob {
  Record record;                 ///< with an empty result
  std::filesystem::path folder;  ///< of the records
  bool alone = false;            ///< nothing else is measured on this host meanwhile
};
/// As bytes, with the whole path of the corpus.
std::string to_text(const RemoteJob& job);
RemoteJob parse_remote_job(const std::string& text);

/// Measures jobs that rank 0 gives as text, in the process that measures.
class JobServer {
 public:
  explicit JobServer(FindSubject find_subject) : find_subject_(std::move(find_subject)) {}

  /// The line of the record, with the provenance of this process. Throws when the measurement
  /// fails, and ContractError when the text differs from that of rank 0.
  std::string answer(const std::string& text);

 private:
  void require_same_text(const Record& job);

  FindSubject find_subject_;
  std::map<std::filesystem::path, std::string> identity_of_;  ///< of each text
  std::optional<Measurer> measurer_;
  bool alone_ = false;  ///< whether measurer_ has measured alone
};

}  // namespace slim::experiments
