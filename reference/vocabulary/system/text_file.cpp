// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/text_file.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace slim {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

[[noreturn]] void refuse(const std::filesystem::path& path, int error) {
  throw ContractError(path.string() + ": cannot be read: " + std::strerror(error));
}

}  // namespace

std::string read_text_file(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) refuse(path, errno);
  std::string text;
  char block[1 << 14];
  std::size_t got = 0;
  // A folder can be opened; reading it fails.
  while ((got = std::fread(block, 1, sizeof block, file.get())) > 0) text.append(block, got);
  if (std::ferror(file.get()) != 0) refuse(path, errno);
  return text;
}

}  // namespace slim
