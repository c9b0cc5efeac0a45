// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/slopes_to_ask.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>
#include <tuple>
#include <utility>

namespace slim::properties {
namespace {

using Slope = std::pair<Index, Index>;  ///< row and column

constexpr Index some = Index{1} << 18;
const Random of_a_case(1);

/// The slopes that are asked, of which each has all steps.
std::set<Slope> slopes_in(const SlopesToAsk& asked) {
  EXPECT_EQ(static_cast<Index>(asked.rows.size()),
            asked.sizes.batch * asked.sizes.heads * asked.sizes.rows);
  std::set<Slope> all;
  for (std::size_t at = 0; at < asked.rows.size(); ++at) {
    const MovedRow& row = asked.rows[at];
    if (row.step != 0) continue;
    EXPECT_TRUE(all.insert({row.row, row.column}).second) << row.row << " " << row.column;
    for (std::size_t step = 0; step < slope_steps.size(); ++step) {
      const MovedRow& moved =
          asked.rows.at(at + step * static_cast<std::size_t>(asked.between_steps));
      EXPECT_EQ(moved.step, step);
      EXPECT_EQ(Slope(moved.row, moved.column), Slope(row.row, row.column));
    }
  }
  return all;
}

TEST(SlopesToAsk, AreAllOfAFewRows) {
  const HeadsSizes x{.batch = 2, .heads = 3, .rows = 5, .cols = 4};
  for (const bool in_place : {true, false}) {
    EXPECT_EQ(slopes_in(slopes_to_ask(x, 8, in_place, some, of_a_case)).size(), 2U * 3 * 5 * 4);
  }
}

TEST(SlopesToAsk, OfManyRowsAreThoseOfImportantOnesAndOfEveryColumn) {
  const HeadsSizes x{.batch = 1, .heads = 2, .rows = 257, .cols = 64};
  const SlopesToAsk asked = slopes_to_ask(x, 128, false, some, of_a_case);
  EXPECT_LE(asked.sizes.entries() * 3, some) << "128 features beside 64 columns";
  std::set<Index> rows, columns;
  for (const auto& [row, column] : slopes_in(asked)) {
    rows.insert(row);
    columns.insert(column);
  }
  for (const Index row : {0, 256, 255, 128, 127, 257, 513}) EXPECT_TRUE(rows.contains(row)) << row;
  EXPECT_GE(columns.size(), 32U) << "of 64, drawn";
}

TEST(SlopesToAsk, KeepTheirPlacesWhereTheMapDependsOnThem) {
  const HeadsSizes x{.batch = 2, .heads = 1, .rows = 100, .cols = 16};
  const SlopesToAsk asked = slopes_to_ask(x, 16, true, Index{1} << 17, of_a_case);
  EXPECT_EQ(asked.sizes.rows, 100);
  for (std::size_t at = 0; at < asked.rows.size(); ++at) {
    EXPECT_EQ(asked.rows[at].row % 100, static_cast<Index>(at) % 100);
  }
  EXPECT_EQ(slopes_in(asked).size(), 200U * 3);
}

/// A fault in a tile of large cases alone must not hide between the slopes that are asked.
TEST(SlopesToAsk, MeetEveryTileOfRowsAndColumns) {
  for (const auto& [x, M, in_place] :
       {std::tuple(HeadsSizes{.batch = 1, .heads = 1, .rows = 257, .cols = 64}, 64, true),
        std::tuple(HeadsSizes{.batch = 1, .heads = 1, .rows = 257, .cols = 64}, 128, false),
        std::tuple(HeadsSizes{.batch = 1, .heads = 8, .rows = 513, .cols = 16}, 16, true),
        std::tuple(HeadsSizes{.batch = 8, .heads = 1, .rows = 257, .cols = 16}, 32, false)}) {
    for (const std::uint64_t of_case : {1U, 2U, 3U}) {
      std::array<std::array<int, 4>, 4> met{};
      for (const auto& [row, column] :
           slopes_in(slopes_to_ask(x, M, in_place, some, Random(of_case)))) {
        ++met.at(static_cast<std::size_t>(row % x.rows * 4 / x.rows))
              .at(static_cast<std::size_t>(column * 4 / x.cols));
      }
      for (const auto& of_rows : met) {
        for (const int slopes : of_rows) EXPECT_GE(slopes, 5) << x.rows << "x" << x.cols;
      }
    }
  }
}

TEST(SlopesToAsk, AreOthersInAnotherCase) {
  const HeadsSizes x{.batch = 1, .heads = 1, .rows = 257, .cols = 64};
  for (const bool in_place : {true, false}) {
    std::set<Slope> met;
    for (std::uint64_t of_case = 0; of_case < 100; ++of_case) {
      met.merge(slopes_in(slopes_to_ask(x, 64, in_place, some, Random(of_case))));
    }
    EXPECT_GE(met.size(), 257U * 64 / 2);
    for (const Index row : {0, 127, 128, 256}) EXPECT_TRUE(met.contains({row, 63})) << row;
  }
}

}  // namespace
}  // namespace slim::properties
