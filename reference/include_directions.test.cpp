// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// Checks the include directions plots → experiments → properties → {reference, chunked} →
// reference/vocabulary. properties/command_line, which the three programs share, includes only the
// vocabulary. Reference and chunked do not include each other: a shared helper would be a shared
// bug. Folders that include each other, directly or by others, could not be read one after another:
// there are none.

namespace slim {
namespace {

/// A folder, and the folders that its files may include, its own among them.
struct IncludeRules {
  std::string_view folder;
  std::vector<std::string_view> may_include;
};

const std::vector<IncludeRules>& include_rules() {
  static const std::vector<IncludeRules> list = {
      {"reference/vocabulary", {"reference/vocabulary"}},
      {"reference", {"reference", "reference/vocabulary"}},
      {"chunked", {"chunked", "reference/vocabulary"}},
      {"properties/command_line", {"properties/command_line", "reference/vocabulary"}},
      {"properties",
       {"properties", "properties/command_line", "reference", "chunked", "reference/vocabulary"}},
      {"experiments",
       {"experiments", "properties", "properties/command_line", "reference", "chunked",
        "reference/vocabulary"}},
      {"plots",
       {"plots", "experiments", "properties", "properties/command_line", "reference", "chunked",
        "reference/vocabulary"}}};
  return list;
}

/// The deepest folder of the list that contains the path, relative to the root; null if none. The
/// name of a generated header begins with the name of its folder and an underscore.
const IncludeRules* folder_of(std::string_view path) {
  const auto found = std::ranges::find_if(include_rules(), [&](const IncludeRules& entry) {
    const bool inside = path.starts_with(entry.folder) && path.size() > entry.folder.size();
    return inside && (path[entry.folder.size()] == '/' || path[entry.folder.size()] == '_');
  });
  return found == include_rules().end() ? nullptr : &*found;
}

/// The path of an #include line, and whether it is in quotes.
struct Include {
  std::string path;
  bool quoted;
};
std::optional<Include> include_of(std::string_view line) {
  const auto skip_blanks = [&] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  };
  skip_blanks();
  if (!line.starts_with("#")) return std::nullopt;
  line.remove_prefix(1);
  skip_blanks();
  if (!line.starts_with("include")) return std::nullopt;
  line.remove_prefix(7);
  skip_blanks();
  if (!line.starts_with("\"") && !line.starts_with("<")) return std::nullopt;
  const bool quoted = line.front() == '"';
  line.remove_prefix(1);
  return Include{std::string(line.substr(0, line.find(quoted ? '"' : '>'))), quoted};
}

/// The violation in a line of the file `path`; empty if there is none.
std::string offence(std::string_view path, std::string_view line) {
  const std::optional<Include> include = include_of(line);
  if (!include) return {};
  const IncludeRules* to = folder_of(include->path);
  if (to == nullptr || include->path.find("..") != std::string::npos) {
    return include->quoted ? "'" + include->path + "' is not relative to the project's root" : "";
  }
  const IncludeRules* from = folder_of(path);
  if (from != nullptr && std::ranges::count(from->may_include, to->folder) > 0) return {};
  return std::string(path) + " may not include " + include->path;
}

TEST(IncludeDirections, AllowIncludesOfLowerFolders) {
  EXPECT_EQ(offence("plots/a.cpp", "#include \"experiments/b.hpp\""), "");
  EXPECT_EQ(offence("experiments/a.cpp", "#include \"properties/b.hpp\""), "");
  EXPECT_EQ(offence("properties/laws/a.cpp", "#include \"chunked/b.hpp\""), "");
  EXPECT_EQ(offence("properties/a.test.cpp", "#include \"reference/performer/gradient.hpp\""), "");
  EXPECT_EQ(offence("chunked/a.hpp", "#include \"reference/vocabulary/model/model.hpp\""), "");
  EXPECT_EQ(offence("reference/a.hpp", "#include \"reference/vocabulary/model/model.hpp\""), "");
  EXPECT_EQ(offence("reference/vocabulary/a.hpp", "#include <vector>"), "");
  EXPECT_EQ(offence("plots/a.cpp", "#include \"plots_build.hpp\""), "");
  EXPECT_EQ(offence("chunked/a.cpp", "// #include \"properties/a.hpp\""), "");
}

TEST(IncludeDirections, RejectIncludesOfHigherAndSiblingFolders) {
  EXPECT_NE(offence("chunked/a.hpp", "#include \"reference/performer/products.hpp\""), "");
  EXPECT_NE(offence("chunked/a.test.cpp", "#include \"reference/performer/gradient.hpp\""), "");
  EXPECT_NE(offence("reference/a.cpp", "#include \"chunked/catalogue.hpp\""), "");
  EXPECT_NE(offence("reference/vocabulary/a.cpp", "#include \"reference/performer/gradient.hpp\""),
            "");
  EXPECT_NE(offence("properties/a.cpp", "  #  include <experiments/a.hpp>"), "");
  EXPECT_NE(offence("experiments/a.cpp", "#include \"plots/a.hpp\""), "");
  EXPECT_NE(offence("chunked/a.cpp", "#include \"../reference/gradient.hpp\""), "");
  EXPECT_NE(offence("chunked/a.cpp", "#include \"chunked/../reference/gradient.hpp\""), "");
  EXPECT_NE(offence("chunked/a.cpp", "#include \"products.hpp\""), "");
  EXPECT_NE(offence("chunked/a.cpp", "#include \"properties_build.hpp\""), "");
}

/// The lines of every source file, with its path relative to the root.
template <class Visit>
void visit_lines(const Visit& visit) {
  const std::filesystem::path root(SLIM_SOURCE_DIR);
  constexpr std::array<std::string_view, 6> extensions = {".hpp", ".cpp", ".h",
                                                          ".c",   ".cc",  ".inc"};
  for (const char* folder : {"reference", "chunked", "properties", "experiments", "plots"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (std::ranges::count(extensions, entry.path().extension().string()) == 0) continue;
      std::ifstream stream(entry.path());
      const std::string path = entry.path().lexically_relative(root).generic_string();
      for (std::string line; std::getline(stream, line);) visit(path, line);
    }
  }
}

/// For each folder, the other folders that its files include.
using Includes = std::map<std::string, std::set<std::string>>;

std::string folder_name(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

/// The folders in circles, or between two circles.
std::set<std::string> circles(Includes includes) {
  const auto is_outside = [&](const auto& entry) {
    const auto remains = [&](const std::string& to) { return includes.contains(to); };
    const auto includes_it = [&](const auto& other) { return other.second.contains(entry.first); };
    return std::ranges::none_of(entry.second, remains) ||
           std::ranges::none_of(includes, includes_it);
  };
  for (auto outside = std::ranges::find_if(includes, is_outside); outside != includes.end();
       outside = std::ranges::find_if(includes, is_outside)) {
    includes.erase(outside);
  }
  std::set<std::string> remaining;
  for (const auto& [folder, others] : includes) remaining.insert(folder);
  return remaining;
}

TEST(IncludeDirections, HoldInEveryFileOfTheProject) {
  std::set<std::string> files;
  visit_lines([&](const std::string& path, const std::string& line) {
    files.insert(path);
    EXPECT_EQ(offence(path, line), "") << path;
  });
  EXPECT_GT(files.size(), 40U);
}

TEST(IncludeDirections, DetectCircles) {
  EXPECT_TRUE(circles({{"a", {"b"}}, {"b", {"c"}}}).empty());
  EXPECT_EQ(circles({{"a", {"b"}}, {"b", {"c", "d"}}, {"c", {"b"}}, {"d", {}}}),
            (std::set<std::string>{"b", "c"}));
}

TEST(IncludeDirections, HaveNoCircle) {
  Includes includes;
  visit_lines([&](const std::string& path, const std::string& line) {
    const bool measures_or_tests =
        path.find(".test.") != std::string::npos || path.find(".benchmark.") != std::string::npos;
    const std::optional<Include> include = include_of(line);
    if (measures_or_tests || !include || folder_of(include->path) == nullptr) return;
    const std::string from = folder_name(path);
    const std::string to = folder_name(include->path);
    if (from != to) includes[from].insert(to);
  });
  EXPECT_GT(includes.size(), 30U);
  EXPECT_EQ(circles(includes), std::set<std::string>());
}

}  // namespace
}  // namespace slim
