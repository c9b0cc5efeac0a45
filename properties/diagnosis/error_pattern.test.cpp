// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/error_pattern.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace slim::properties {
namespace {

/// An array [B, H, rows, cols] with wanted = distinct numbers and got = wanted.
ComparedArray right_array(const char* name, const HeadsSizes& sizes) {
  ComparedArray array{.name = name, .sizes = sizes};
  const auto entries = static_cast<std::size_t>(sizes.entries());
  for (std::size_t i = 0; i < entries; ++i) {
    array.wanted.push_back(std::sin(1.0 + 1.7 * static_cast<double>(i)) + 2.0);
  }
  array.got = array.wanted;
  array.bound.assign(entries, 1e-12);
  return array;
}

constexpr HeadsSizes sizes = {.batch = 2, .heads = 3, .rows = 7, .cols = 4};

std::size_t at(Index b, Index h, Index l, Index c) {
  return static_cast<std::size_t>(((b * sizes.heads + h) * sizes.rows + l) * sizes.cols + c);
}

using Wrong = std::function<double(const ComparedArray& array, Index b, Index h, Index l, Index c)>;

/// The facts about one array whose entries are `wrong`, in slices of three rows.
std::string facts_of(const Wrong& wrong) {
  ComparedArray array = right_array("out", sizes);
  for (Index b = 0; b < sizes.batch; ++b) {
    for (Index h = 0; h < sizes.heads; ++h) {
      for (Index l = 0; l < sizes.rows; ++l) {
        for (Index c = 0; c < sizes.cols; ++c) {
          array.got[at(b, h, l, c)] = wrong(array, b, h, l, c);
        }
      }
    }
  }
  const std::vector<NamedNumber> numbers = {{"sqrt(D)", std::sqrt(5.0)}};
  const std::vector<ComparedArray> arrays = {array, right_array("d.q", sizes)};
  std::string text;
  for (const std::string& line : in_words(error_pattern(arrays, 3, numbers))) text += line + "\n";
  return text;
}

/// The right entry.
double right(const ComparedArray& array, Index b, Index h, Index l, Index c) {
  return array.wanted[at(b, h, l, c)];
}

TEST(ErrorPattern, IsEmptyForRightAnswers) {
  EXPECT_EQ(facts_of(right), "");
}

TEST(ErrorPattern, NamesTheWrongArraysAndWhereTheyAreWrong) {
  const auto only = [](const auto& selects) {
    return facts_of([selects](const ComparedArray& array, Index b, Index h, Index l, Index c) {
      return selects(b, h, l, c) ? 0.0 : right(array, b, h, l, c);
    });
  };
  const std::string heads = only([](Index, Index h, Index, Index) { return h > 0; });
  EXPECT_EQ(heads,
            "wrong: out; right: d.q\nout: wrong only in heads after the first\n"
            "out: the wrong entries are 0\n");
  EXPECT_NE(
      only([](Index b, Index, Index, Index) { return b == 1; }).find("only in the last sequence"),
      std::string::npos);
  EXPECT_NE(only([](Index, Index, Index l, Index) {
              return l == 6;
            }).find("only in rows of the last, incomplete slice"),
            std::string::npos);
  EXPECT_NE(only([](Index, Index, Index l, Index) {
              return l % 3 == 0 && l > 0;
            }).find("the first row of each slice after the first"),
            std::string::npos);
  EXPECT_NE(only([](Index, Index, Index l, Index) { return l >= 4; }).find("rows from row 4 on"),
            std::string::npos);
  EXPECT_NE(only([](Index, Index, Index l, Index c) {
              return l == 1 && c == 3;
            }).find("row 1 and the last column"),
            std::string::npos);
}

TEST(ErrorPattern, FindsHowWrongEntriesFollowFromRightOnes) {
  const std::vector<std::pair<const char*, Wrong>> patterns = {
      {"NaN", [](const auto&, Index, Index, Index,
                 Index) { return std::numeric_limits<double>::quiet_NaN(); }},
      {"not finite", [](const auto&, Index, Index, Index,
                        Index) { return std::numeric_limits<double>::infinity(); }},
      {"the right answer with the other sign",
       [](const auto& a, Index b, Index h, Index l, Index c) { return -right(a, b, h, l, c); }},
      {"a constant times the right answer (2.23607 = sqrt(D))",
       [](const auto& a, Index b, Index h, Index l, Index c) {
         return std::sqrt(5.0) * right(a, b, h, l, c);
       }},
      {"each row the right one times its own factor, which grows with the row (2, 3, 4, 5, …)",
       [](const auto& a, Index b, Index h, Index l, Index c) {
         return static_cast<double>(l + 2) * right(a, b, h, l, c);
       }},
      {"the right answer of head 0",
       [](const auto& a, Index b, Index, Index l, Index c) { return right(a, b, 0, l, c); }},
      {"the right answer of another sequence",
       [](const auto& a, Index b, Index h, Index l, Index c) { return right(a, 1 - b, h, l, c); }},
      {"the right answer of the row before",
       [](const auto& a, Index b, Index h, Index l, Index c) {
         return right(a, b, h, std::max<Index>(l - 1, 0), c);
       }},
      {"the sum over all heads",
       [](const auto& a, Index b, Index, Index l, Index c) {
         return right(a, b, 0, l, c) + right(a, b, 1, l, c) + right(a, b, 2, l, c);
       }},
      {"the mean over all sequences",
       [](const auto& a, Index, Index h, Index l, Index c) {
         return (right(a, 0, h, l, c) + right(a, 1, h, l, c)) / 2.0;
       }},
      {"the running sum over rows",
       [](const auto& a, Index b, Index h, Index l, Index c) {
         double sum = 0.0;
         for (Index i = 0; i <= l; ++i) sum += right(a, b, h, i, c);
         return sum;
       }},
      {"the right answer with rows and columns exchanged in memory",
       [](const auto& a, Index b, Index h, Index l, Index c) {
         const Index place = l * sizes.cols + c;
         return right(a, b, h, place % sizes.rows, place / sizes.rows);
       }},
      {"the right answer with heads and rows exchanged in memory",
       [](const auto& a, Index b, Index h, Index l, Index c) {
         const Index place = h * sizes.rows + l;
         return right(a, b, place % sizes.heads, place / sizes.heads, c);
       }},
      {"the right numbers in other places",
       [](const auto& a, Index b, Index h, Index l, Index c) {
         const Index entries = sizes.entries();
         const auto place = static_cast<Index>(at(b, h, l, c));
         return a.wanted[static_cast<std::size_t>((place * 5 + 3) % entries)];
       }},
      {"off by the same numbers in every wrong row",
       [](const auto& a, Index b, Index h, Index l, Index c) {
         return right(a, b, h, l, c) + 0.1 * static_cast<double>(c + 1);
       }},
      {"an error that grows with the row", [](const auto& a, Index b, Index h, Index l, Index c) {
         const double larger = std::sin(static_cast<double>(7 * b + 5 * h + 3 * c)) + 2.0;
         return right(a, b, h, l, c) + larger * static_cast<double>((l + 1) * (l + 1));
       }}};
  for (const auto& [words, wrong] : patterns) {
    EXPECT_NE(facts_of(wrong).find(std::string("the wrong entries are ") + words + "\n"),
              std::string::npos)
        << words << "\n"
        << facts_of(wrong);
  }
}

TEST(ErrorPattern, SaysNothingOfUnrelatedErrors) {
  const std::string text = facts_of([](const auto& a, Index b, Index h, Index l, Index c) {
    const auto place = static_cast<double>(at(b, h, l, c));
    return right(a, b, h, l, c) + std::cos(place * place);
  });
  EXPECT_EQ(text, "wrong: out; right: d.q\n");
  const std::string of_one = facts_of([](const auto& a, Index b, Index h, Index l, Index c) {
    return right(a, b, h, l, c) * (at(b, h, l, c) == 9 ? 2.0 : 1.0);
  });
  EXPECT_EQ(of_one.find("constant"), std::string::npos) << "one entry has some factor anyway";
}

TEST(ErrorPattern, KeepsWhatTwoCasesHaveInCommon) {
  const std::vector<PatternFact> one = {{"wrong: out", ""}, {"a factor", "2"}, {"grows", ""}};
  const std::vector<PatternFact> other = {{"wrong: out", ""}, {"a factor", "3"}};
  EXPECT_EQ(in_common(one, other),
            (std::vector<PatternFact>{{"wrong: out", ""}, {"a factor", ""}}));
  EXPECT_EQ(in_common(one, one), one);
}

}  // namespace
}  // namespace slim::properties
