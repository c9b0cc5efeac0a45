// SPDX-License-Identifier: Apache-2.0
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

struct Mutation {
  std::string name, file, line, replacement, description;
};

std::vector<Mutation> mutations() {
  std::ifstream stream(SLIM_SOURCE_DIR "/reference/proofs/mutations.json");
  std::vector<Mutation> all;
  for (const auto& entry : nlohmann::json::parse(stream)) {
    all.push_back({entry.at("name"), entry.at("file"), entry.at("line"), entry.at("replacement"),
                   entry.at("description")});
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

TEST(Mutations, HaveNoEffectUntilOneIsSelected) {
  EXPECT_TRUE(all_hold(verdicts(SLIM_MUTATED_REFERENCE_PROOFS)));
}

TEST(Mutations, AreTwelveAndReplaceALineThatOccursExactlyOnce) {
  EXPECT_EQ(mutations().size(), 12U);
  for (const Mutation& mutation : mutations()) {
    std::ifstream stream(SLIM_SOURCE_DIR "/" + mutation.file);
    int count = 0;
    for (std::string line; std::getline(stream, line);) {
      line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
      count += line == mutation.line ? 1 : 0;
    }
    EXPECT_EQ(count, 1) << mutation.name << ": the following line of " << mutation.file
                        << " must occur once; update mutations.json:\n"
                        << mutation.line;
    EXPECT_NE(mutation.line, mutation.replacement);
    EXPECT_FALSE(mutation.description.empty());
  }
}

TEST(Mutations, EachFailAtLeastTwoIndependentProofs) {
  std::printf("| mutation | proofs that fail |\n|---|---|\n");
  int number = 0;
  for (const Mutation& mutation : mutations()) {
    const auto result =
        verdicts(SLIM_MUTATED_REFERENCE_PROOFS, " --mutation " + std::to_string(number++));
    ASSERT_GE(result.size(), 10U);
    std::string failed;
    int failures = 0;
    for (const auto& [proof, holds] : result) {
      if (holds) continue;
      failed += (failures++ == 0 ? "`" : ", `") + proof + "`";
    }
    std::printf("| `%s` | %s |\n", mutation.name.c_str(), failed.c_str());
    EXPECT_GE(failures, 2) << mutation.name << ": " << mutation.description;
    EXPECT_LT(failures, static_cast<int>(result.size())) << "every proof failed";
  }
}

}  // namespace
}  // namespace slim
