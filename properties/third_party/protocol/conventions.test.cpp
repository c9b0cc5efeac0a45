// SPDX-License-Identifier: Apache-2.0
// Third-party subjects that are correct under other conventions, and how reports identify these.

#include "properties/diagnosis/diagnostician.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/report/verdict_table.hpp"
#include "properties/third_party/protocol/adapted_law.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"

#include <gtest/gtest.h>

namespace slim::properties::foreign {
namespace {

/// A subject with this convention, declared or not.
ForeignSubject subject_under(const std::string& convention, const std::string& map,
                             const char* declared = "") {
  return open_subject(
      program_door("exec " SLIM_PYTHON " " + folder + "faults/convention_subject.py '" +
                   convention + "' " + map + " " + declared),
      {});
}

/// The diagnosis of the first failure of a law, in words; "holds" if there is none.
std::vector<std::string> looks_of(const ForeignSubject& foreign, const std::string& law,
                                  Scalar scalar) {
  const RunResult result = run_on(foreign, {law}, 20, {scalar});
  if (result.counterexamples.empty()) return {"holds"};
  std::vector<Law> adapted;
  for (const Law& each : laws::catalogue()) adapted.push_back(adapted_law(each, foreign));
  const Counterexample& found = result.counterexamples.front();
  return in_words(Diagnostician(std::move(adapted)).diagnose(foreign.subject, scalar, found.file));
}

std::string in_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

struct KnownConvention {
  const char* text;
  const char* map;
  const char* words;
};

class OwnConventions : public testing::TestWithParam<KnownConvention> {};

TEST_P(OwnConventions, AreIdentifiedIfUndeclaredAndHoldIfDeclared) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const KnownConvention& known = GetParam();
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    const auto looks = looks_of(subject_under(known.text, known.map), "attention-agrees", scalar);
    EXPECT_NE(in_lines(looks).find(known.words), std::string::npos) << name(scalar) << "\n"
                                                                    << in_lines(looks);
    EXPECT_TRUE(looks.front().starts_with("fits")) << name(scalar) << "\n" << in_lines(looks);
    EXPECT_EQ(
        looks_of(subject_under(known.text, known.map, "declared"), "attention-agrees", scalar),
        std::vector<std::string>{"holds"})
        << name(scalar);
  }
}

TEST(OwnConvention, EluPlusOneWithCancellationHoldsUnlessAnAccurateTailIsDeclared) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const std::vector<std::string> holds = {"holds"};
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    for (const char* law : {"attention-agrees", "averages", "stays-finite"}) {
      EXPECT_EQ(looks_of(subject_under("{}", "elu+1"), law, scalar), holds)
          << law << " " << name(scalar);
    }
    const ForeignSubject by_exp = subject_under(R"({"elu_cancellation": 0})", "elu+1", "declared");
    EXPECT_NE(looks_of(by_exp, "attention-agrees", scalar), holds) << name(scalar);
  }
}

INSTANTIATE_TEST_SUITE_P(
    AsChosen, OwnConventions,
    testing::Values(
        KnownConvention{R"({"scaling": "queries"})", "favor+",
                        "scaling of scores by 1/sqrt(d): queries"},
        KnownConvention{R"({"query_stabiliser": "per-row", "key_stabiliser": "over-length", )"
                        R"("epsilon_place": "feature", "epsilon": 1e-4})",
                        "favor+",
                        "stabiliser of queries per-row, of keys over-length, epsilon 0.0001 added "
                        "to every feature"},
        KnownConvention{R"({"epsilon": 5e-6})", "relu", "epsilon 5e-06 added to the denominator"},
        KnownConvention{R"({"epsilon": 1e-2})", "relu", "epsilon 0.01 added to the denominator"},
        KnownConvention{R"({"epsilon_place": "feature", "epsilon": 2.5e-3})", "relu",
                        "epsilon 0.0025 added to every feature"}));

TEST(DeclaredConventions, AreReportedIfTheyBreakALawThemselves) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const ForeignSubject foreign = subject_under(
      R"({"query_stabiliser": "per-row", "key_stabiliser": "over-length"})", "favor+", "declared");
  EXPECT_EQ(looks_of(foreign, "attention-agrees", Scalar::float64),
            std::vector<std::string>{"holds"});
  const auto looks = looks_of(foreign, "future-does-not-leak", Scalar::float64);
  EXPECT_EQ(looks.front(), "your declared convention breaks this law");
  EXPECT_NE(in_lines(looks).find(R"("key_stabiliser":"over-length")"), std::string::npos);
}

/// Correct attention, written from the definition, with these conventions.
ForeignSubject by_definition(const std::string& conventions, const std::string& maps,
                             const std::string& capabilities = "{}") {
  return open_subject(
      program_door("exec " SLIM_PYTHON " " + folder + "faults/every_convention.py '" + conventions +
                   "' " + maps + " '" + capabilities + "'"),
      {});
}

/// The failures of a run, in words; empty if there are none.
std::string failures_of(const ForeignSubject& foreign, const std::vector<std::string>& laws,
                        int cases) {
  std::string text;
  const RunResult result = run_on(foreign, laws, cases, {Scalar::float32, Scalar::float64});
  for (const Counterexample& found : result.counterexamples) {
    text += found.law + " " + found.readable + ": " + found.finding.worst.tensor + "\n";
  }
  return text;
}

struct DeclaredConvention {
  const char* text;
  const char* maps;
  const char* capabilities = "{}";
};

class EveryDeclaredConvention : public testing::TestWithParam<DeclaredConvention> {};

TEST_P(EveryDeclaredConvention, HoldsForACorrectSubject) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const auto& [text, maps, capabilities] = GetParam();
  EXPECT_EQ(failures_of(by_definition(text, maps, capabilities),
                        {"attention-agrees", "pullback-agrees", "averages", "stays-finite",
                         "stays-in-hull", "masked-keys-absent"},
                        14),
            "");
}

/// Regressions: the first was judged wrong for an exponential below the smallest subnormal number
/// added to ε, the next three for a denominator within its own roundings of 0.
INSTANTIATE_TEST_SUITE_P(
    AsChosen, EveryDeclaredConvention,
    testing::Values(
        DeclaredConvention{R"({"epsilon_place": "feature", "epsilon": 1e-4, )"
                           R"("divides_by_root_features": true, "query_stabiliser": "per-row", )"
                           R"("key_stabiliser": "over-length"})",
                           "favor+", R"({"causal": false})"},
        DeclaredConvention{R"({"epsilon": 0})", "elu+1"},
        DeclaredConvention{R"({"epsilon": 1e-12, "scaling": "queries"})", "elu+1"},
        DeclaredConvention{R"({"epsilon_place": "sums", "epsilon": 1e-6})", "elu+1"},
        DeclaredConvention{R"({"epsilon_place": "when-small", "epsilon": 1e-3, )"
                           R"("scaling": "keys"})",
                           "relu,sqr,given"},
        DeclaredConvention{R"({"epsilon_place": "clamped", "epsilon": 1e-6, )"
                           R"("absolute_slope_at_zero": 1, "relu_slope_at_zero": 0.5})",
                           "abs,relu,favor+"},
        DeclaredConvention{R"({"epsilon_place": "exponent", "epsilon": 1e-6, )"
                           R"("query_stabiliser": "over-all", "key_stabiliser": "over-all", )"
                           R"("stabiliser_detached": false})",
                           "favor+", R"({"causal": false})"}));

TEST(DeclaredConventions, AreRefusedIfTheyMakeTheComparisonMeaningless) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  for (const char* declared :
       {R"({"epsilon": 1e25})", R"({"epsilon": 1e17, "epsilon_place": "feature"})",
        R"({"epsilon": 100, "epsilon_place": "exponent"})", R"({"relu_slope_at_zero": 1e9})"}) {
    try {
      by_definition(declared, "favor+,relu");
      ADD_FAILURE() << declared << " was accepted";
    } catch (const SubjectError& error) {
      EXPECT_EQ(name(error.failure()), "PROTOCOL-ERROR");
      EXPECT_NE(std::string(error.what()).find("convention '"), std::string::npos) << error.what();
    }
  }
}

/// A subject that recovers its sums by subtraction, with or without a fault.
ForeignSubject subtracting_subject(const std::string& fault) {
  return open_subject(
      program_door("exec " SLIM_PYTHON " " + folder + "faults/subtracting_subject.py " + fault),
      {});
}

TEST(SubtractingSubjects, DriftIfSubtractionExplainsTheErrorAndAreWrongOtherwise) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const std::vector<std::string> laws = {"attention-agrees", "pullback-agrees", "attention-resumes",
                                         "stays-finite"};
  const std::vector<Scalar> scalars = {Scalar::float32, Scalar::float64};
  const auto count = [&](const std::string& fault, int Tally::*what) {
    int all = 0;
    for (const Verdict& verdict : run_on(subtracting_subject(fault), laws, 20, scalars).verdicts) {
      all += verdict.tally.*what;
    }
    return all;
  };
  EXPECT_GT(count("none", &Tally::drift), 0);
  EXPECT_EQ(count("none", &Tally::wrong), 0);
  for (const char* fault :
       {"coarse-exp", "coarse-exp-in-later-slices", "coarse-exp-in-earlier-rows",
        "float32-constant", "large-constant", "adds:coarse-exp"}) {
    EXPECT_GT(count(fault, &Tally::wrong), 0) << fault;
  }
}

TEST(SubjectsThatReuseTheirFirstResult, AreReportedToDependOnEarlierCalls) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const ForeignSubject foreign = open_subject(
      program_door("exec " SLIM_PYTHON " " + folder + "faults/kept_scale_subject.py"), {});
  const RunResult result =
      run_on(foreign, {"attention-agrees", "stays-finite"}, 20, {Scalar::float32, Scalar::float64});
  ASSERT_FALSE(result.counterexamples.empty());
  std::vector<Law> adapted;
  for (const Law& each : laws::catalogue()) adapted.push_back(adapted_law(each, foreign));
  Diagnostician diagnostician(std::move(adapted), [pool = foreign.pool] { end_processes(*pool); });
  for (const Counterexample& found : result.counterexamples) {
    const std::string looks = in_lines(
        in_words(diagnostician.diagnose(foreign.subject, found, {}, result.counterexamples)));
    EXPECT_NE(looks.find("its answers depend on earlier calls"), std::string::npos) << looks;
    EXPECT_EQ(looks.find("convention"), std::string::npos) << looks;
    EXPECT_EQ(looks.find("mutant/neither-scaled"), std::string::npos) << looks;
  }
}

}  // namespace
}  // namespace slim::properties::foreign
