// SPDX-License-Identifier: Apache-2.0
// The examples in Rust and JavaScript, where rustc and node are installed.

#include "properties/report/verdict_table.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace slim::properties::foreign {
namespace {

const std::vector<std::string> laws_of_examples = {"attention-agrees", "averages", "layouts-agree",
                                                   "refuses-bad-requests"};

bool is_installed(const std::string& program) {
  return std::system(("command -v " + program + " > /dev/null").c_str()) == 0;
}

void expect_example_holds(const ForeignSubject& foreign) {
  for (const Verdict& verdict : run_on(foreign, laws_of_examples, 12).verdicts) {
    EXPECT_TRUE(verdict.holds()) << verdict.law << ": " << summary(verdict);
    EXPECT_FALSE(verdict.unclaimed()) << verdict.law;
  }
}

TEST(Languages, RustHolds) {
  if (!is_installed("rustc")) GTEST_SKIP() << "rustc is not installed";
  const TestFolder folder_of_library;
  const std::string built = (folder_of_library.path() / "librust_attention.so").string();
  const std::string source = folder + "examples/rust_attention.rs";
  ASSERT_EQ(std::system(("rustc -O --crate-type cdylib -o " + built + " " + source).c_str()), 0);
  expect_example_holds(open_subject(library_door(built), {}));
}

TEST(Languages, JavaScriptHolds) {
  if (!is_installed("node")) GTEST_SKIP() << "nodejs is not installed";
  expect_example_holds(
      open_subject(program_door("exec node " + folder + "examples/js_attention.js"), {}));
}

TEST(Languages, ALineThatIsNoJsonNeedsAnAnswerOnlyIfThatIsClaimed) {
  if (!is_installed("node")) GTEST_SKIP() << "nodejs is not installed";
  const std::string silent =
      "sed -e 's/catch (error) {/catch (error) { if (request.id === null) "
      "return;/' " +
      folder + "examples/js_attention.js";
  const auto verdict_of = [&](const std::string& claim) {
    const std::string command =
        "exec node -e \"$(" + silent + " -e 's/bidirectional: true/" + claim + "/')\"";
    return run_on(open_subject(program_door(command), {.deadline_s = 2.0}),
                  {"refuses-bad-requests"}, 12)
        .verdicts.at(0);
  };
  const Verdict unclaimed = verdict_of("bidirectional: true");
  EXPECT_TRUE(unclaimed.holds()) << summary(unclaimed);
  EXPECT_LT(unclaimed.tally.executed(), 12) << "the line that is no JSON is not sent";
  EXPECT_EQ(summary(verdict_of("answers_invalid_json: true")), "HANG");
}

TEST(Languages, LinearAttentionInCHoldsAndFailsWithoutItsScale) {
  const std::vector<std::string> names = {"attention-agrees", "future-does-not-leak",
                                          "linear-in-values"};
  const ForeignSubject right = open_subject(library_door(library("c_linear_attention")), {});
  for (const Verdict& verdict :
       run_on(right, names, 8, {Scalar::float32, Scalar::float64}).verdicts) {
    EXPECT_TRUE(verdict.holds()) << verdict.law << ": " << summary(verdict);
    EXPECT_FALSE(verdict.unclaimed()) << verdict.law;
  }
  const ForeignSubject wrong =
      open_subject(library_door(library("c_linear_attention_unscaled")), {});
  EXPECT_FALSE(run_on(wrong, {"attention-agrees"}, 8).holds());
}

}  // namespace
}  // namespace slim::properties::foreign
