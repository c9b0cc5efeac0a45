// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/gnuplot.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/child_program.hpp"
#include "reference/vocabulary/system/output_error.hpp"

#include <fmt/format.h>
#include <gnuplot-iostream.h>

#include <sstream>
#include <system_error>

/// A string is one field, not a container of characters.
template <>
struct gnuplotio::dont_treat_as_stl_container<std::string> {
  using type = boost::mpl::bool_<true>;
};

namespace slim::plots {
namespace {

std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == '\n' || c == ' ' || c == '\t';
    if (!space) line += c;
    if (space && !line.empty() && line.back() != ' ') line += ' ';
  }
  return line;
}

/// Throws OutputError if a write failed. The folder is writable, so the remaining cause is a full
/// disk.
void require_written(bool is_whole, const std::filesystem::path& file) {
  if (!is_whole) throw OutputError(file.string() + ": could not be written completely");
}

/// Standard error without a harmless message: that Fontconfig cannot write a cache for a user
/// without a home folder.
std::string warnings_of(const std::string& errors) {
  std::istringstream lines(errors);
  std::string warnings;
  for (std::string line; std::getline(lines, line);) {
    if (line != "Fontconfig error: No writable cache directories") warnings += line + "\n";
  }
  return warnings;
}

}  // namespace

void write_plot(const std::filesystem::path& folder, const std::string& stem,
                const std::string& script, const std::vector<std::string>& data) {
  const std::filesystem::path script_path = folder / (stem + ".gp");
  const std::filesystem::path data_path = folder / (stem + ".tsv");
  try {
    gnuplotio::Gnuplot file(">" + script_path.string());
    // Rows are passed as text: gnuplot-iostream would write numbers with six digits.
    file.file1d(data, data_path.string());
    file << script << std::flush;
    require_written(file.good(), script_path);
  } catch (const std::ios_base::failure&) {
    throw ContractError(script_path.string() + ": cannot be written");
  }
  // gnuplot-iostream does not report whether the data were written.
  std::size_t bytes = 0;
  for (const std::string& line : data) bytes += line.size() + 1;
  std::error_code error;
  require_written(std::filesystem::file_size(data_path, error) == bytes && !error, data_path);
}

void run_gnuplot(const std::filesystem::path& folder, const std::string& script) {
  ChildOutcome outcome;
  try {
    // Figures contain characters such as the degree sign, which gnuplot reads as UTF-8 only in a
    // UTF-8 locale, and numbers must have a decimal point whatever the caller's locale.
    outcome = run_child({.program = "gnuplot",
                         .arguments = {"--default-settings", script},
                         .folder = folder,
                         .environment = {{"LC_ALL", "C.UTF-8"}}});
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::no_such_file_or_directory) throw;
    throw GnuplotError("gnuplot is not installed (package gnuplot-nox)");
  }
  const std::string warnings = warnings_of(outcome.errors);
  if (outcome.status != 0 || !warnings.empty()) {
    throw GnuplotError(fmt::format("gnuplot failed on {} (status {}): {}", script, outcome.status,
                                   on_one_line(warnings)));
  }
}

}  // namespace slim::plots
