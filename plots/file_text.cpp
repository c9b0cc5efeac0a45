#include "plots/file_text.hpp"

#include "reference/vocabulary/contract.hpp"

#include <fstream>
#include <iterator>

namespace slim::plots {

std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  require(file.is_open() && !std::filesystem::is_directory(path),
          path.string() + ": cannot be read");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  require(!file.bad(), path.string() + ": cannot be read to its end");
  return text;
}

}  // namespace slim::plots
