// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

// The project is written in plain English. The words below were private terms of earlier versions;
// each has a standard term, such as subject, supervisor, stratified, mutation, recorded answers.

namespace slim {
namespace {

/// Backwards, so that this file does not contain them.
constexpr std::array<std::string_view, 11> dialect = {
    "tseug", "srepap",  "repeek",    "naidraug",  "ecid",   "tlaed",
    "liops", "deedsim", "kcitsdray", "weivretni", "reveohw"};

/// The first word of the dialect in a line, or "".
std::string dialect_in(std::string line) {
  std::ranges::transform(line, line.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const std::string_view reversed : dialect) {
    const std::string word(reversed.rbegin(), reversed.rend());
    for (std::size_t at = line.find(word); at != std::string::npos; at = line.find(word, at + 1)) {
      const bool begins = at == 0 || std::isalpha(static_cast<unsigned char>(line[at - 1])) == 0;
      const bool may_end_inside = reversed == "liops";
      const std::size_t end = at + word.size();
      const bool ends = end >= line.size() || line[end] == 's' ||
                        std::isalpha(static_cast<unsigned char>(line[end])) == 0;
      if (begins && (ends || may_end_inside)) return word;
    }
  }
  return {};
}

TEST(PlainWords, AreTheOnlyOnes) {
  const std::filesystem::path root(SLIM_SOURCE_DIR);
  constexpr std::array<std::string_view, 11> extensions = {
      ".hpp", ".cpp", ".h", ".c", ".py", ".md", ".txt", ".cmake", ".json", ".toml", ""};
  int files = 0;
  const auto check = [&](const std::filesystem::path& path) {
    if (std::ranges::count(extensions, path.extension().string()) == 0) return;
    ++files;
    std::ifstream stream(path);
    int number = 0;
    for (std::string line; std::getline(stream, line);) {
      ++number;
      EXPECT_EQ(dialect_in(line), "") << path.lexically_relative(root) << ":" << number;
    }
  };
  for (const char* folder :
       {"reference", "chunked", "properties", "experiments", "plots", "packaging"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (entry.is_regular_file()) check(entry.path());
    }
  }
  for (const char* file : {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CMakeLists.txt"}) {
    check(root / file);
  }
  EXPECT_GT(files, 400);
}

TEST(PlainWords, NoticeOthers) {
  EXPECT_NE(dialect_in(std::string("the gue") + "st's answer"), "");
  EXPECT_NE(dialect_in(std::string("open_gue") + "st(path)"), "");
  EXPECT_NE(dialect_in(std::string("a spo") + "ilt page"), "");
  EXPECT_EQ(dialect_in("the paper, its ideality, a timekeeping loop"), "");
}

}  // namespace
}  // namespace slim
