// Guests that are right under conventions of their own: what the report calls these.

#include "properties/diagnosis/diagnostician.hpp"
#include "properties/foreign/adapted_law.hpp"
#include "properties/foreign/guest_runs.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/program/verdict_table.hpp"

#include <gtest/gtest.h>

namespace slim::properties::foreign {
namespace {

/// A guest of this convention, which it declares or not.
ForeignSubject guest_under(const std::string& convention, const std::string& map,
                           const char* declared = "") {
  return open_subject(
      program_door("exec " SLIM_PYTHON " " + folder + "faults/convention_subject.py '" +
                   convention + "' " + map + " " + declared),
      {});
}

/// What the first failure of a law behaves like, in words; "holds" where there is none.
std::vector<std::string> looks_of(const ForeignSubject& guest, const std::string& law,
                                  Scalar scalar) {
  const RunResult result = run_on(guest, {law}, 20, {scalar});
  if (result.counterexamples.empty()) return {"holds"};
  std::vector<Law> adapted;
  for (const Law& each : laws::catalogue()) adapted.push_back(adapted_law(each, guest.subject));
  const Counterexample& found = result.counterexamples.front();
  return in_words(Diagnostician(std::move(adapted)).diagnose(guest.subject, scalar, found.file));
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

class GuestsConventions : public testing::TestWithParam<KnownConvention> {};

TEST_P(GuestsConventions, ThatAreNotDeclaredAreNamedAndHoldWhenTheyAre) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const KnownConvention& known = GetParam();
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    const auto looks = looks_of(guest_under(known.text, known.map), "attention-agrees", scalar);
    EXPECT_NE(in_lines(looks).find(known.words), std::string::npos) << name(scalar) << "\n"
                                                                    << in_lines(looks);
    EXPECT_TRUE(looks.front().starts_with("fits")) << name(scalar) << "\n" << in_lines(looks);
    EXPECT_EQ(looks_of(guest_under(known.text, known.map, "declared"), "attention-agrees", scalar),
              std::vector<std::string>{"holds"})
        << name(scalar);
  }
}

TEST(GuestsConvention, EluPlusOneByItsWordsHoldsUnlessItsTailIsDeclared) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const std::vector<std::string> holds = {"holds"};
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    for (const char* law : {"attention-agrees", "averages", "stays-finite"}) {
      EXPECT_EQ(looks_of(guest_under("{}", "elu+1"), law, scalar), holds)
          << law << " " << name(scalar);
    }
    const ForeignSubject by_exp = guest_under(R"({"elu_cancellation": 0})", "elu+1", "declared");
    EXPECT_NE(looks_of(by_exp, "attention-agrees", scalar), holds) << name(scalar);
  }
}

INSTANTIATE_TEST_SUITE_P(
    AsChosen, GuestsConventions,
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

TEST(DeclaredConventions, ThatBreakALawThemselvesAreSaidTo) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const ForeignSubject guest = guest_under(
      R"({"query_stabiliser": "per-row", "key_stabiliser": "over-length"})", "favor+", "declared");
  EXPECT_EQ(looks_of(guest, "attention-agrees", Scalar::float64),
            std::vector<std::string>{"holds"});
  const auto looks = looks_of(guest, "future-does-not-leak", Scalar::float64);
  EXPECT_EQ(looks.front(), "your declared convention breaks this law");
  EXPECT_NE(in_lines(looks).find(R"("key_stabiliser":"over-length")"), std::string::npos);
}

}  // namespace
}  // namespace slim::properties::foreign
