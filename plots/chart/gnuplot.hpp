// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace slim::plots {

/// gnuplot is missing or failed. `what()` is one line.
class GnuplotError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Writes `stem`.gp and `stem`.tsv into the folder. Throws ContractError on failure.
void write_plot(const std::filesystem::path& folder, const std::string& stem,
                const std::string& script, const std::vector<std::string>& data);

/// Runs `script` (a file name) in the folder. Throws GnuplotError unless gnuplot ends with status 0
/// and without a warning, since a warning may mean an empty figure.
void run_gnuplot(const std::filesystem::path& folder, const std::string& script);

}  // namespace slim::plots
