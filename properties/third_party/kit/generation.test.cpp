// SPDX-License-Identifier: Apache-2.0
// Whole models with learned positions, padding and states: the example, and faults in it.

#include "properties/diagnosis/diagnostician.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/report/verdict_table.hpp"
#include "properties/third_party/protocol/adapted_law.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "reference/vocabulary/system/test_folder.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace slim::properties::foreign {
namespace {

/// A line of the example, and what stands in its place.
struct Replaced {
  std::string of;
  std::string to;
};

/// The example with these changes.
class Generation {
 public:
  explicit Generation(const std::vector<Replaced>& changes) {
    std::string text = read_text_file(folder + "examples/torch_generation.py");
    for (const auto& [of, to] : changes) {
      EXPECT_NE(text.find(of), std::string::npos) << of;
      text.replace(text.find(of), of.size(), to);
    }
    const std::string file = (folder_.path() / "generation.py").string();
    std::ofstream(file) << text;
    subject_ =
        open_subject(program_door("PYTHONPATH=" + folder + " exec " SLIM_PYTHON " " + file), {});
  }
  [[nodiscard]] const ForeignSubject& subject() const { return subject_; }

 private:
  TestFolder folder_;
  ForeignSubject subject_;
};

const std::vector<std::string> laws_of_models = {"gradient-agrees",      "batches-add",
                                                 "declared-parts-agree", "split-and-resume",
                                                 "decoding-agrees",      "future-does-not-matter"};

void expect_holds(const ForeignSubject& foreign, const std::vector<std::string>& names) {
  for (const Verdict& verdict :
       run_on(foreign, names, 8, {Scalar::float32, Scalar::float64}).verdicts) {
    EXPECT_TRUE(verdict.holds()) << verdict.law << ": " << summary(verdict) << " "
                                 << verdict.tally.worst.tensor;
    EXPECT_FALSE(verdict.unclaimed()) << verdict.law;
  }
}

TEST(ForeignGeneration, HoldsWithLearnedPositionsPaddingAndStates) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  expect_holds(Generation({}).subject(), laws_of_models);
}

TEST(ForeignGeneration, HoldsWithPositionsThatCountPaddingIfThatIsDeclared) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const Replaced counts{"(is_token.cumsum(1) - 1).clamp(min=0)",
                        "tokens.new_ones(tokens.shape).cumsum(1) - 1"};
  const Replaced declared{"states=True", "states=True, conventions={'positions_count_padding': 1}"};
  expect_holds(Generation({counts, declared}).subject(), {"declared-parts-agree"});
}

struct Faulty {
  Replaced line;
  std::string law;
  std::string mutant;
};

TEST(ForeignGeneration, HasEachFaultIdentified) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const std::vector<Faulty> all = {
      {{" * is_token[:, None, :, None]", ""}, "declared-parts-agree", "mutant/padding-enters-sums"},
      {{"(is_token.cumsum(1) - 1).clamp(min=0)", "tokens.new_ones(tokens.shape).cumsum(1) - 1"},
       "declared-parts-agree",
       "mutant/padding-shifts-positions"},
      {{"first_position + (", "("}, "decoding-agrees", "mutant/position-restarted"},
      {{"R[:, r], S[:, r]", "R[:, r] * (r == 0), S[:, r] * (r == 0)"},
       "decoding-agrees",
       "mutant/start-of-first-layer-only"},
  };
  for (const Faulty& fault : all) {
    const Generation generation({fault.line});
    const ForeignSubject& foreign = generation.subject();
    const RunResult broken = run_on(foreign, {fault.law}, 30, {Scalar::float64});
    ASSERT_GE(broken.counterexamples.size(), 1U) << fault.mutant;
    std::vector<Law> adapted;
    for (const Law& law : laws::catalogue()) adapted.push_back(adapted_law(law, foreign));
    const Diagnosis diagnosis =
        Diagnostician(std::move(adapted))
            .diagnose(foreign.subject, Scalar::float64, broken.counterexamples.front().file);
    EXPECT_EQ(diagnosis.named(), fault.mutant) << in_words(diagnosis).front();
  }
}

}  // namespace
}  // namespace slim::properties::foreign
