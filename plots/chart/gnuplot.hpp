#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace slim::plots {

/// gnuplot is missing, or refused a script. `what()` is one line.
class GnuplotError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Writes `stem`.gp and `stem`.tsv into the folder. Throws ContractError when it cannot.
void write_plot(const std::filesystem::path& folder, const std::string& stem,
                const std::string& script, const std::vector<std::string>& data);

/// Runs `script` (a file name) in the folder. gnuplot must end with status 0 and say nothing:
/// a warning is an error too, since it may leave an empty figure. Throws GnuplotError.
void run_gnuplot(const std::filesystem::path& folder, const std::string& script);

}  // namespace slim::plots
