#pragma once

#include "plots/figure.hpp"

#include <filesystem>
#include <span>
#include <string>

namespace slim::plots {

/// A folder that is gone when this is: figures are drawn in it and then moved.
class TemporaryFolder {
 public:
  /// A new folder inside `parent`. Throws ContractError when it cannot be made.
  explicit TemporaryFolder(const std::filesystem::path& parent);
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Writes script and data of a figure that is not empty, and draws it. Throws ContractError when
/// the folder cannot be written, GnuplotError when gnuplot fails.
void draw_figure(const DrawnFigure& drawn, const std::filesystem::path& folder);

/// Draws all that are not empty into `folder`, made when missing: either all files appear or none.
void write_figures(std::span<const DrawnFigure> figures, const std::filesystem::path& folder);

/// "commit 1234567, GCC 12.2, -O2, processor, date".
std::string origin_of(const Provenance& provenance);

}  // namespace slim::plots
