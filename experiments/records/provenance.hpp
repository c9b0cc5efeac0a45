// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace slim::experiments {

/// Where a record comes from.
struct Provenance {
  std::string version;    ///< of the project
  std::string commit;     ///< git commit, "-dirty" with uncommitted changes; or "unknown"
  std::string code;       ///< SHA-1 of the sources that affect measurements, 12 digits
  std::string compiler;   ///< name and version
  std::string flags;      ///< of the C++ compiler
  std::string preset;     ///< build type
  std::string processor;  ///< name in /proc/cpuinfo, and number of hardware threads
  std::string date;       ///< UTC, ISO 8601
  std::string host = {};  ///< name of the machine; empty in older records

  bool operator==(const Provenance&) const = default;
};

/// Provenance of this program, with the current date.
Provenance provenance();

}  // namespace slim::experiments
