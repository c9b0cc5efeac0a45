// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/figure_files.hpp"

#include "experiments/plans/progress.hpp"
#include "plots/chart/gnuplot.hpp"
#include "plots/chart/script.hpp"
#include "plots/chart/temporary_folder.hpp"
#include "properties/command_line/output_file.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/output_error.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

namespace slim::plots {
namespace {

constexpr std::array suffixes = {".gp", ".tsv", ".svg", ".png", ".pdf"};

/// The last bytes of a complete file of each kind.
struct Ending {
  const char* suffix;
  const char* bytes;
};
constexpr std::array endings = {Ending{".svg", "</svg>"}, Ending{".png", "IEND"},
                                Ending{".pdf", "%%EOF"}};

void draw_into(const std::filesystem::path& folder, const DrawnFigure& drawn) {
  const std::string& stem = drawn.figure.name;
  write_plot(folder, stem, script_of(drawn.chart, stem, origin_of(drawn.provenance)),
             data_of(drawn.chart));
  run_gnuplot(folder, stem + ".gp");
  require_whole_figure(folder, stem);
}

}  // namespace

void require_whole_figure(const std::filesystem::path& folder, const std::string& stem) {
  constexpr std::size_t longest_ending = 16;
  for (const Ending& ending : endings) {
    const std::string name = stem + ending.suffix;
    std::error_code error;
    const auto size = std::filesystem::file_size(folder / name, error);
    if (error || size == 0) throw GnuplotError("gnuplot did not write " + name);
    const std::string text = read_text_file(folder / name);
    const std::size_t last = text.size() - std::min(text.size(), longest_ending);
    if (text.find(ending.bytes, last) == std::string::npos) {
      throw GnuplotError(fmt::format(
          "gnuplot wrote only the first {} bytes of {}: is the disk full?", size, name));
    }
  }
}

void for_each_drawn(std::span<const DrawnFigure> figures,
                    const std::function<void(const DrawnFigure&)>& draw) {
  const auto count =
      std::ranges::count_if(figures, [](const auto& drawn) { return !drawn.empty(); });
  experiments::Progress progress(
      std::vector<Step>(static_cast<std::size_t>(count), {.kinds = {"figure"}}));
  std::size_t step = 0;
  for (const DrawnFigure& drawn : figures) {
    if (drawn.empty()) continue;
    progress.begin(step, drawn.figure.name);
    draw(drawn);
    progress.end(step++);
  }
}

std::string svg_of(const DrawnFigure& drawn) {
  try {
    const TemporaryFolder folder(std::filesystem::temp_directory_path());
    draw_into(folder.path(), drawn);
    return read_text_file(folder.path() / (drawn.figure.name + ".svg"));
  } catch (const ContractError& error) {  // the records and options are not at fault
    throw std::runtime_error(std::string(error.what()) +
                             "; set TMPDIR to a folder with free space");
  }
}

void write_figures(std::span<const DrawnFigure> figures, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw_output_error(folder.string(), error);
  const TemporaryFolder drawing(folder);  // on the same file system, so that files can be moved
  for_each_drawn(figures, [&](const DrawnFigure& drawn) { draw_into(drawing.path(), drawn); });
  for (const DrawnFigure& drawn : figures) {
    if (drawn.empty()) continue;
    for (const char* suffix : suffixes) {
      const std::string name = drawn.figure.name + suffix;
      if (std::filesystem::is_symlink(folder / name)) {
        command_line::write_output(folder / name, read_text_file(drawing.path() / name));
        continue;
      }
      std::filesystem::rename(drawing.path() / name, folder / name, error);
      if (error) throw_output_error((folder / name).string(), error);
    }
  }
}

std::string origin_of(const experiments::Provenance& p) {
  return fmt::format("slim {}, commit {}, {}, flags {}, on {}, {}", p.version, p.commit, p.compiler,
                     p.flags, p.processor, p.date);
}

}  // namespace slim::plots
