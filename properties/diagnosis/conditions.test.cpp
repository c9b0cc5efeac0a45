// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/conditions.hpp"

#include "properties/diagnosis/neighbours.hpp"

#include <gtest/gtest.h>

namespace slim::properties {
namespace {

using Spec = GradientSpec;

Circumstances<Spec> circumstances() {
  const std::vector<Index> further = {4, 5, 7, 16, 17, 32, 33, 64, 128, 129};
  return {.properties = {{"with a mask",
                          "without a mask",
                          [](const Spec& s) { return s.mask != MaskKind::none; },
                          [](Spec& s) {
                            s.mask =
                                s.mask == MaskKind::none ? MaskKind::scattered : MaskKind::none;
                          },
                          {}},
                         {"with two slices or more",
                          "with one slice",
                          [](const Spec& s) { return s.length > s.slice_length; },
                          [](Spec& s) {
                            const bool several = s.length > s.slice_length;
                            s.slice_length = several ? s.length : s.slice_length;
                            s.length = several ? s.length : s.length + s.slice_length;
                          },
                          {}}},
          .quantities = {{"rows",
                          [](const Spec& s) { return s.length; },
                          [](Spec& s, Index n) { s.length = n; },
                          {1, 2, 3, 8, 9, 65},
                          further,
                          {}},
                         {"sequences",
                          [](const Spec& s) { return s.batch; },
                          [](Spec& s, Index n) { s.batch = n; },
                          {1, 2, 3},
                          {4, 5},
                          {}}},
          .choices = {}};
}

Spec base() {
  Spec spec;
  spec.length = 2;
  spec.slice_length = 200;
  return spec;
}

std::string found(const Spec& at, const std::function<bool(const Spec&)>& shows) {
  const DecidingConditions conditions = deciding_conditions<Spec>(
      at, circumstances(), [&](const Spec& spec) { return std::optional(shows(spec)); });
  EXPECT_TRUE(conditions.words.empty() || (conditions.wrong >= 2 && conditions.right >= 2));
  std::string text;
  for (const std::string& words : conditions.words) text += words + "; ";
  return text;
}

TEST(DecidingConditions, AreFoundAloneAndTogether) {
  Spec masked = base();
  masked.mask = MaskKind::scattered;
  EXPECT_EQ(found(masked, [](const Spec& s) { return s.mask != MaskKind::none; }), "with a mask; ");
  EXPECT_EQ(found(base(), [](const Spec& s) { return s.mask == MaskKind::none; }),
            "without a mask; ");
  masked.batch = 2;
  EXPECT_EQ(found(masked, [](const Spec& s) { return s.mask != MaskKind::none && s.batch > 1; }),
            "with a mask; with two sequences or more; ");
}

TEST(DecidingConditions, FindThresholdsAndMultiples) {
  Spec spec = base();
  spec.length = 70;
  EXPECT_EQ(found(spec, [](const Spec& s) { return s.length > 64; }), "for more than 64 rows; ");
  EXPECT_EQ(found(spec, [](const Spec& s) { return s.length > 19; }), "for more than 19 rows; ");
  EXPECT_EQ(found(base(), [](const Spec& s) { return s.length < 40; }), "for at most 39 rows; ");
  EXPECT_EQ(found(base(), [](const Spec& s) { return s.length % 8 != 0; }),
            "where the number of rows is no multiple of 8; ");
  spec.length = 64;
  EXPECT_EQ(found(spec, [](const Spec& s) { return s.length % 32 == 0; }),
            "where the number of rows is a multiple of 32; ");
  spec.length = 1;
  EXPECT_EQ(found(spec, [](const Spec& s) { return s.length == 1; }),
            "where the number of rows is 1; ");
}

TEST(DecidingConditions, FindMultiplesBeyondANumber) {
  Spec spec = base();
  spec.length = 33;
  EXPECT_EQ(found(spec, [](const Spec& s) { return s.length > 32 && s.length % 32 != 0; }),
            "where the number of rows is above 32 and no multiple of 32; ");
  spec.length = 3;
  EXPECT_EQ(found(spec, [](const Spec& s) { return s.length > 2 && s.length % 2 != 0; }),
            "where the number of rows is above 2 and no multiple of 2; ");
  EXPECT_EQ(found(spec, [](const Spec& s) { return (s.length & (s.length - 1)) != 0; }),
            "where the number of rows is no power of two; ");
  Circumstances<Spec> of_blocks = circumstances();
  of_blocks.quantities.front().blocks = {24};
  for (const Index number : {24, 25, 48}) of_blocks.quantities.front().values.push_back(number);
  const DecidingConditions conditions = deciding_conditions<Spec>(
      base(), of_blocks, [](const Spec& s) { return std::optional(s.length % 24 != 0); });
  EXPECT_EQ(conditions.words,
            std::vector<std::string>{"where the number of rows is no multiple of 24"})
      << "a length that is declared";
}

TEST(DecidingConditions, HaveAlternatives) {
  Spec masked = base();
  masked.mask = MaskKind::scattered;
  EXPECT_EQ(found(masked, [](const Spec& s) { return s.mask != MaskKind::none || s.length > 16; }),
            "for more than 16 rows or with a mask; ");
  masked.batch = 2;
  EXPECT_EQ(found(masked,
                  [](const Spec& s) {
                    return s.batch > 1 && (s.mask != MaskKind::none || s.length > 16);
                  }),
            "(for more than 16 rows or with a mask); with two sequences or more; ");
}

TEST(DecidingConditions, DoNotHoldOnlyNextToASmallerNumber) {
  Spec masked = base();
  masked.mask = MaskKind::scattered;
  masked.length = 4;
  const auto shows = [](const Spec& s) {
    return s.length > (s.mask != MaskKind::none ? 2 : 1);  // the mask hides the fault of 2 rows
  };
  EXPECT_EQ(found(masked, shows), "") << "2 rows without a mask show the fault";
}

TEST(DecidingConditions, OfEqualSizesHoldHoweverTheyAreMadeDifferent) {
  Circumstances<Spec> all;
  all.properties = {{"where B = L",
                     "where B and L differ",
                     [](const Spec& s) { return s.batch == s.length; },
                     [](Spec& s) { s.batch = s.batch == s.length ? s.batch + 1 : s.length; },
                     {[](Spec& s) { s.length = s.batch == s.length ? s.length + 1 : s.batch; }}}};
  const auto words = [&](const Spec& at, const std::function<bool(const Spec&)>& shows) {
    return deciding_conditions<Spec>(at, all,
                                     [&](const Spec& s) { return std::optional(shows(s)); })
        .words;
  };
  Spec spec = base();
  spec.batch = 3;
  const std::vector<std::string> none;
  EXPECT_EQ(words(spec, [](const Spec& s) { return s.batch != s.length; }),
            std::vector<std::string>{"where B and L differ"});
  EXPECT_EQ(words(spec, [](const Spec& s) { return s.batch > 2; }), none)
      << "three sequences of three rows show it, too";
}

TEST(DecidingConditions, LeaveOutWhatOthersImply) {
  Spec sliced = base();
  sliced.slice_length = 1;
  EXPECT_EQ(found(sliced, [](const Spec& s) { return s.length > s.slice_length; }),
            "with two slices or more; ")
      << "two rows are necessary, too";
}

TEST(DecidingConditions, AreNotReportedWithoutAgreementOfAllCases) {
  EXPECT_EQ(found(base(), [](const Spec&) { return true; }), "") << "everywhere";
  EXPECT_EQ(found(base(), [](const Spec& s) { return s.length == 2; }), "") << "no description";
  Spec masked = base();
  masked.mask = MaskKind::scattered;
  EXPECT_EQ(found(masked, [](const Spec& s) { return s.mask != MaskKind::none || s.batch == 2; }),
            "")
      << "it shows without a mask, too, with two sequences";
  EXPECT_EQ(found(masked, [](const Spec& s) { return s.mask != MaskKind::none && s.seed == 1; }),
            "")
      << "it depends on the numbers";
  EXPECT_EQ(found(base(), [](const Spec& s) { return s.batch == 7; }), "")
      << "it does not show on the case itself";
}

TEST(DecidingConditions, HaveWords) {
  EXPECT_EQ(in_words(
                DecidingConditions{
                    .words = {"with a mask", "for more than 8 rows"}, .wrong = 3, .right = 4},
                "wrong"),
            "wrong only with a mask and for more than 8 rows (so in all 7 neighbouring cases: 3 "
            "wrong, 4 right)");
  EXPECT_EQ(in_words(DecidingConditions(), "wrong"), "");
}

}  // namespace
}  // namespace slim::properties
