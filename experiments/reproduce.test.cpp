// SPDX-License-Identifier: Apache-2.0
// Runs experiments/reproduce in a tree of stubs and checks which arguments it passes on and
// rejects.

#include "reference/vocabulary/system/test_folder.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace slim::experiments {
namespace {

namespace fs = std::filesystem;

/// A copy of the script in a tree of programs that only record how they were called.
class Reproduce : public testing::Test {
 protected:
  Reproduce() {
    fs::create_directories(in("tree/experiments"));
    fs::create_directories(in("caller"));
    fs::copy_file(SLIM_SOURCE_DIR "/experiments/reproduce", in("tree/experiments/reproduce"));
    for (const char* name :
         {"tree/properties/install", "bin/cmake", "tree/build/native/bin/slim-verify",
          "tree/build/native/bin/slim-measure", "tree/build/native/bin/slim-plot"}) {
      fs::create_directories(in(name).parent_path());
      std::ofstream(in(name)) << "#!/bin/sh\necho \"$(basename \"$0\") $*\" >>'" << log().string()
                              << "'\n";
      fs::permissions(in(name), fs::perms::owner_all);
    }
    std::ofstream(in("caller/text")) << "x";
  }
  [[nodiscard]] fs::path in(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] fs::path log() const { return in("log"); }
  [[nodiscard]] int reproduce(const std::string& arguments) const {
    const std::string line = "cd '" + in("caller").string() + "' && PATH='" + in("bin").string() +
                             "':\"$PATH\" ../tree/experiments/reproduce " + arguments + " >'" +
                             in("out").string() + "' 2>'" + in("err").string() + "'";
    const int status = std::system(line.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  TestFolder folder_;
};

TEST_F(Reproduce, ResolvesRelativePathsFromTheFolderOfTheCaller) {
  EXPECT_EQ(reproduce("--scale ci --corpus text --out results"), 0) << read_text_file(in("err"));
  const std::string calls = read_text_file(log());
  const std::string caller = fs::canonical(in("caller")).string();
  for (const std::string& words :
       {"slim-measure claims --scale ci --out " + caller + "/results --corpus " + caller + "/text",
        "slim-plot report --records " + caller + "/results --out " + caller +
            "/results/report.html"}) {
    EXPECT_NE(calls.find(words), std::string::npos) << words << "\n" << calls;
  }
}

TEST_F(Reproduce, KeepsAbsolutePathsAndTheDefault) {
  EXPECT_EQ(reproduce("--corpus '" + in("caller/text").string() + "'"), 0);
  const std::string calls = read_text_file(log());
  EXPECT_NE(calls.find("--out results/laptop --corpus " + in("caller/text").string()),
            std::string::npos)
      << calls;
}

TEST_F(Reproduce, RejectsInvalidOptionsBeforeInstallingAnything) {
  for (const char* arguments :
       {"--out", "--out ''", "--out --training", "--corpus", "--corpus ''", "--corpus none",
        "--corpus .", "--scale", "--scale ''", "--scale big", "--preset", "--preset x", "--jobs",
        "--jobs ''", "--jobs 0", "--jobs many", "--out text", "--nonsense", "''"}) {
    EXPECT_EQ(reproduce(arguments), 2) << arguments;
    EXPECT_FALSE(fs::exists(log())) << arguments;
    const std::string message = read_text_file(in("err"));
    EXPECT_EQ(std::ranges::count(message, '\n'), 1) << message;
  }
}

}  // namespace
}  // namespace slim::experiments
