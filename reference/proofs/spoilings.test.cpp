#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

// Each mutation replaces one complete statement of the reference, and at least two independent
// proofs must fail.

namespace slim {
namespace {

struct Spoiling {
  std::string name, file, line, replacement, story;
};

std::vector<Spoiling> spoilings() {
  std::ifstream stream(SLIM_SOURCE_DIR "/reference/proofs/spoilings.json");
  std::vector<Spoiling> all;
  for (const auto& entry : nlohmann::json::parse(stream)) {
    all.push_back({entry.at("name"), entry.at("file"), entry.at("line"), entry.at("replacement"),
                   entry.at("story")});
  }
  return all;
}

/// Whether each proof holds, from the output of a program; empty if the output is not JSON.
std::map<std::string, bool> verdicts(const std::string& program, const std::string& options = "") {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
      ::popen(("'" + program + "' --json" + options).c_str(), "r"), &::pclose);
  if (pipe == nullptr) return {};
  std::string text;
  std::array<char, 4096> piece{};
  while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), pipe.get())) {
    text.append(piece.data(), size);
  }
  std::map<std::string, bool> result;
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return {};
  for (const auto& proof : json.at("proofs")) result[proof.at("name")] = proof.at("holds");
  return result;
}

bool all_hold(const std::map<std::string, bool>& result) {
  return result.size() >= 10 &&
         std::ranges::all_of(result, [](const auto& proof) { return proof.second; });
}

TEST(Proofs, AllHoldForTheReference) {
  EXPECT_TRUE(all_hold(verdicts(SLIM_REFERENCE_PROOFS)));
}

TEST(Spoilings, HaveNoEffectUntilOneIsSelected) {
  EXPECT_TRUE(all_hold(verdicts(SLIM_SPOILED_REFERENCE_PROOFS)));
}

TEST(Spoilings, AreTenAndReplaceALineThatOccursExactlyOnce) {
  EXPECT_EQ(spoilings().size(), 10U);
  for (const Spoiling& spoiling : spoilings()) {
    std::ifstream stream(SLIM_SOURCE_DIR "/" + spoiling.file);
    int count = 0;
    for (std::string line; std::getline(stream, line);) {
      line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
      count += line == spoiling.line ? 1 : 0;
    }
    EXPECT_EQ(count, 1) << spoiling.name << ": the following line of " << spoiling.file
                        << " must occur once; update spoilings.json:\n"
                        << spoiling.line;
    EXPECT_NE(spoiling.line, spoiling.replacement);
    EXPECT_FALSE(spoiling.story.empty());
  }
}

TEST(Spoilings, EachFailAtLeastTwoIndependentProofs) {
  std::printf("| mutation | proofs that fail |\n|---|---|\n");
  int number = 0;
  for (const Spoiling& spoiling : spoilings()) {
    const auto result =
        verdicts(SLIM_SPOILED_REFERENCE_PROOFS, " --spoiling " + std::to_string(number++));
    ASSERT_GE(result.size(), 10U);
    std::string failed;
    int failures = 0;
    for (const auto& [proof, holds] : result) {
      if (holds) continue;
      failed += (failures++ == 0 ? "`" : ", `") + proof + "`";
    }
    std::printf("| `%s` | %s |\n", spoiling.name.c_str(), failed.c_str());
    EXPECT_GE(failures, 2) << spoiling.name << ": " << spoiling.story;
    EXPECT_LT(failures, static_cast<int>(result.size())) << "every proof failed";
  }
}

}  // namespace
}  // namespace slim
