#pragma once

#include <string>

namespace slim::experiments {

/// Where a record comes from.
struct Provenance {
  std::string version;    ///< of the project
  std::string commit;     ///< git's, "-dirty" with uncommitted changes, or "unknown"
  std::string code;       ///< SHA-1 of the sources that decide a measurement, 12 digits
  std::string compiler;   ///< name and version
  std::string flags;      ///< of the C++ compiler
  std::string preset;     ///< build type
  std::string processor;  ///< as /proc/cpuinfo names it, with the number of threads it runs
  std::string date;       ///< UTC, ISO 8601

  bool operator==(const Provenance&) const = default;
};

/// Of this program, now.
Provenance provenance();

}  // namespace slim::experiments
