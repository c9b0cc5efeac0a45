#include "plots/figure_files.hpp"

#include "plots/gnuplot.hpp"
#include "plots/script.hpp"
#include "reference/vocabulary/contract.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace slim::plots {
namespace {

constexpr std::array suffixes = {".gp", ".tsv", ".svg", ".png", ".pdf"};

}  // namespace

TemporaryFolder::TemporaryFolder(const std::filesystem::path& parent) {
  std::string name = (parent / ".drawing-XXXXXX").string();
  require(::mkdtemp(name.data()) != nullptr,
          fmt::format("{}: cannot be written: {}", parent.string(), std::strerror(errno)));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void draw_figure(const DrawnFigure& drawn, const std::filesystem::path& folder) {
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

void write_figures(std::span<const DrawnFigure> figures, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  require(!error, fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
  const TemporaryFolder drawing(folder);
  for (const DrawnFigure& drawn : figures) {
    if (!drawn.empty()) draw_figure(drawn, drawing.path());
  }
  for (const DrawnFigure& drawn : figures) {
    if (drawn.empty()) continue;
    for (const char* suffix : suffixes) {
      const std::string name = drawn.figure.name + suffix;
      std::filesystem::rename(drawing.path() / name, folder / name, error);
      require(!error,
              fmt::format("{}: cannot be written: {}", (folder / name).string(), error.message()));
    }
  }
}

std::string origin_of(const Provenance& p) {
  return fmt::format("slim {}, commit {}, {}, flags {}, on {}, {}", p.version, p.commit, p.compiler,
                     p.flags, p.processor, p.date);
}

}  // namespace slim::plots
