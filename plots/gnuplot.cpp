#include "plots/gnuplot.hpp"

#include "reference/vocabulary/contract.hpp"
#include "reference/vocabulary/output_error.hpp"

#include <boost/process.hpp>
#include <fmt/format.h>
#include <gnuplot-iostream.h>

#include <iterator>

/// A text is one field, not a list of characters.
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

/// The folder can be written, as it was just made: what is left is a full disk.
void require_written(bool is_whole, const std::filesystem::path& file) {
  if (!is_whole) throw OutputError(file.string() + ": could not be written to its end");
}

}  // namespace

void write_plot(const std::filesystem::path& folder, const std::string& stem,
                const std::string& script, const std::vector<std::string>& data) {
  const std::filesystem::path script_path = folder / (stem + ".gp");
  const std::filesystem::path data_path = folder / (stem + ".tsv");
  try {
    gnuplotio::Gnuplot file(">" + script_path.string());
    // Rows go as finished text: the library would write numbers with six digits.
    file.file1d(data, data_path.string());
    file << script << std::flush;
    require_written(file.good(), script_path);
  } catch (const std::ios_base::failure&) {
    throw ContractError(script_path.string() + ": cannot be written");
  }
  // The library does not say whether the data arrived.
  std::size_t bytes = 0;
  for (const std::string& line : data) bytes += line.size() + 1;
  std::error_code error;
  require_written(std::filesystem::file_size(data_path, error) == bytes && !error, data_path);
}

void run_gnuplot(const std::filesystem::path& folder, const std::string& script) {
  namespace process = boost::process;
  const boost::filesystem::path program = process::search_path("gnuplot");
  if (program.empty()) throw GnuplotError("gnuplot is not installed (package gnuplot-nox)");

  process::ipstream messages;
  process::child child(program, "--default-settings", script, process::start_dir(folder.string()),
                       process::std_in<process::null, process::std_out> process::null,
                       process::std_err > messages);
  const std::string said{std::istreambuf_iterator<char>(messages), {}};
  child.wait();
  if (child.exit_code() != 0 || !said.empty()) {
    throw GnuplotError(fmt::format("gnuplot refused {} (status {}): {}", script, child.exit_code(),
                                   on_one_line(said)));
  }
}

}  // namespace slim::plots
