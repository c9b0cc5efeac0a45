#include "plots/figure_files.hpp"

#include "command_line/output_file.hpp"
#include "plots/gnuplot.hpp"
#include "plots/script.hpp"
#include "plots/temporary_folder.hpp"
#include "reference/vocabulary/output_error.hpp"
#include "reference/vocabulary/text_file.hpp"

#include <fmt/format.h>

#include <array>

namespace slim::plots {
namespace {

constexpr std::array suffixes = {".gp", ".tsv", ".svg", ".png", ".pdf"};

void draw_into(const std::filesystem::path& folder, const DrawnFigure& drawn) {
  const std::string& stem = drawn.figure.name;
  write_plot(folder, stem, script_of(drawn.chart, stem, origin_of(drawn.provenance)),
             data_of(drawn.chart));
  run_gnuplot(folder, stem + ".gp");
  for (const char* suffix : suffixes) {
    std::error_code error;
    const auto size = std::filesystem::file_size(folder / (stem + suffix), error);
    if (error || size == 0) {
      throw GnuplotError(fmt::format("gnuplot left no {}{} behind", stem, suffix));
    }
  }
}

}  // namespace

std::string svg_of(const DrawnFigure& drawn) {
  const TemporaryFolder folder(std::filesystem::temp_directory_path());
  draw_into(folder.path(), drawn);
  return read_text_file(folder.path() / (drawn.figure.name + ".svg"));
}

void write_figures(std::span<const DrawnFigure> figures, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw_output_error(folder.string(), error);
  const TemporaryFolder drawing(folder);  // on the same disk, so that files can be moved
  for (const DrawnFigure& drawn : figures) {
    if (!drawn.empty()) draw_into(drawing.path(), drawn);
  }
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
