// SPDX-License-Identifier: Apache-2.0
// DRIFT covers only errors that subtraction explains: declaring subtraction hides no fault.

#include "properties/altered_reference.hpp"
#include "properties/catalogue.hpp"
#include "properties/engine/kill_matrix.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/mutants/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>

namespace slim::properties {
namespace {

/// Wrong cases, 0 or 1 per scalar and law, since a run stops at the first.
int wrong_cases(const Subject& subject, const std::vector<std::string>& laws,
                const std::vector<Scalar>& scalars, int cases = 40) {
  RunPlan plan{.laws = {},
               .subjects = {&subject},
               .scalars = scalars,
               .seed = 1,
               .cases = cases,
               .threads = 2,
               .shrinks = false};
  for (const std::string& law : laws) plan.laws.push_back(&laws::find_law(law));
  int wrong = 0;
  for (const Verdict& verdict : run(plan).verdicts) {
    EXPECT_GT(verdict.tally.executed(), 0) << verdict.law;
    wrong += verdict.tally.wrong;
  }
  return wrong;
}

/// A correct subject that declares that it subtracts, in float32 and float64 only.
Subject third_party(const char* correct) {
  Subject subject = find_subject(correct);
  subject.name = "library";
  subject.capabilities.subtracting = true;
  subject.capabilities.subtracting_wide = false;
  subject.attention.in<Digits50>() = {};
  subject.gradient.in<Digits50>() = {};
  subject.features = {};
  return subject;
}

/// The same with altered answers of attention in one scalar.
template <class T>
Subject off_in(const std::function<void(const AttentionTask<T>&, AttentionResult<T>&)>& alter) {
  Subject subject = third_party("stored/iterative");
  subject.attention.in<T>() = [alter, correct = subject.attention.in<T>()](
                                  const AttentionTask<T>& task, AttentionResult<T>& result) {
    correct(task, result);
    alter(task, result);
  };
  return subject;
}

/// Enlarges each entry of these rows by a factor of 1 + 1e-5.
template <class T>
void enlarge(Heads<T>& heads, const std::function<bool(Index row)>& selects) {
  if (heads.empty()) return;
  for (Index b = 0; b < heads.sizes().batch; ++b) {
    for (Index h = 0; h < heads.sizes().heads; ++h) {
      for (Index l = 0; l < heads.sizes().rows; ++l) {
        if (selects(l)) heads(b, h).row(l) *= T(1 + 1e-5);
      }
    }
  }
}

const std::vector<std::string> about_answers = {"attention-agrees", "pullback-agrees"};
const std::vector<Scalar> float32_and_float64 = {Scalar::float32, Scalar::float64};

TEST(Drift, IsNeverWrongInCorrectSubjectsThatSubtract) {
  for (const char* subject :
       {"recovered/iterative-subtracting", "recovered/blocked", "stored/iterative-subtracting"}) {
    EXPECT_EQ(
        wrong_cases(third_party(subject),
                    {"attention-agrees", "pullback-agrees", "stays-finite", "future-does-not-leak",
                     "gradient-agrees", "slice-length-does-not-matter", "future-does-not-matter"},
                    float32_and_float64),
        0)
        << subject;
  }
}

TEST(Drift, ExplainsNoErrorInFloat32Only) {
  EXPECT_EQ(wrong_cases(off_in<float>([](const auto&, auto& result) {
                          enlarge(result.out, [](Index) { return true; });
                        }),
                        {"attention-agrees"}, {Scalar::float32}),
            1);
  EXPECT_EQ(wrong_cases(off_in<float>([](const auto& task, auto& result) {
                          enlarge(result.out, [&](Index l) { return l >= task.slice_length; });
                        }),
                        {"attention-agrees"}, {Scalar::float32}),
            1)
      << "in later slices";
  EXPECT_EQ(wrong_cases(off_in<float>([](const auto& task, auto& result) {
                          enlarge(result.out, [&](Index l) { return l + 1 < task.v.sizes.rows; });
                        }),
                        {"attention-agrees"}, {Scalar::float32}),
            1)
      << "where a program that subtracts would also have an error";
  EXPECT_EQ(wrong_cases(off_in<float>([](const auto&, auto& result) {
                          enlarge(result.dk, [](Index) { return true; });
                        }),
                        {"pullback-agrees"}, {Scalar::float32}),
            1);
}

TEST(Drift, ExplainsNoErrorInBothScalarsThatIsNotProportionalToTheRoundoff) {
  const Subject of_float32 = off_in<double>([](const auto&, auto& result) {
    for (double& x : result.out.values()) x = static_cast<double>(static_cast<float>(x));
  });
  EXPECT_EQ(wrong_cases(of_float32, {"attention-agrees"}, {Scalar::float64}), 1);
  Subject of_both = off_in<float>(
      [](const auto&, auto& result) { enlarge(result.out, [](Index) { return true; }); });
  of_both.attention.in<double>() = off_in<double>([](const auto&, auto& result) {
                                     enlarge(result.out, [](Index) { return true; });
                                   }).attention.in<double>();
  EXPECT_EQ(wrong_cases(of_both, {"attention-agrees"}, float32_and_float64), 2);
}

/// Errors of 1e-5 in a whole model, in float32 only.
TEST(Drift, ExplainsNoErrorInFloat32OnlyInAWholeModel) {
  Subject off =
      altered_reference("off", []<class T>(const GradientTask<T>&, GradientResult<T>& result) {
        if constexpr (std::is_same_v<T, float>) {
          for (T& entry : result.gradient.values()) entry *= T(1 + 1e-5);
        }
      });
  off.capabilities.subtracting = true;
  EXPECT_EQ(wrong_cases(off, {"gradient-agrees"}, {Scalar::float32}), 1);
  off.gradient.in<Digits50>() = {};
  EXPECT_EQ(wrong_cases(off, {"gradient-agrees"}, {Scalar::float32}), 1);
}

/// Mutants that do subtract: they recover a prefix sum from a larger one.
constexpr std::array really_subtract = {"mutant/prefix-by-subtraction", "mutant/total-less-future"};

/// Mutants that no law kills if they declare that they subtract.
std::vector<std::string> survivors_that_subtract(const std::vector<std::string>& names,
                                                 Scalar scalar, int cases) {
  std::vector<Subject> subtracting;
  for (const std::string& name : names) {
    subtracting.push_back(find_subject(name));
    subtracting.back().capabilities.subtracting = true;
  }
  RunPlan plan{
      .laws = {}, .subjects = {}, .scalars = {scalar}, .seed = 1, .cases = cases, .threads = 2};
  for (const Law& law : laws::catalogue()) plan.laws.push_back(&law);
  for (const Subject& subject : subtracting) plan.subjects.push_back(&subject);
  return kill_matrix(plan).survivors();
}

class DriftDeclared : public testing::TestWithParam<Scalar> {};

TEST_P(DriftDeclared, MakesNoMutantAcceptable) {
  std::vector<std::string> survivors;
  for (const mutants::Mutant& mutant : mutants::catalogue()) {
    if (std::ranges::find(really_subtract, mutant.name) == really_subtract.end())
      survivors.push_back(mutant.name);
  }
  for (const int cases : {10, 40}) {  // a default run has 40
    if (!survivors.empty()) survivors = survivors_that_subtract(survivors, GetParam(), cases);
  }
  EXPECT_EQ(survivors, std::vector<std::string>());
}

INSTANTIATE_TEST_SUITE_P(InHardware, DriftDeclared,
                         testing::Values(Scalar::float32, Scalar::float64),
                         [](const auto& scalar) { return std::string(name(scalar.param)); });

}  // namespace
}  // namespace slim::properties
