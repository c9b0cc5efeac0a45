// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/slopes_to_ask.hpp"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace slim::properties {
namespace {

using Slope = std::pair<Index, Index>;  ///< row and column

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
    EXPECT_EQ(slopes_in(slopes_to_ask(x, 8, in_place, Index{1} << 18)).size(), 2U * 3 * 5 * 4);
  }
}

TEST(SlopesToAsk, OfManyRowsAreThoseOfImportantOnesAndOfEveryColumn) {
  const HeadsSizes x{.batch = 1, .heads = 2, .rows = 257, .cols = 64};
  const SlopesToAsk asked = slopes_to_ask(x, 128, false, Index{1} << 18);
  EXPECT_LE(asked.sizes.entries() * 3, Index{1} << 18) << "128 features beside 64 columns";
  std::set<Index> rows, columns;
  for (const auto& [row, column] : slopes_in(asked)) {
    rows.insert(row);
    columns.insert(column);
  }
  for (const Index row : {0, 256, 255, 128, 127, 257, 513}) EXPECT_TRUE(rows.contains(row)) << row;
  EXPECT_EQ(columns.size(), 64U);
}

TEST(SlopesToAsk, KeepTheirPlacesWhereTheMapDependsOnThem) {
  const HeadsSizes x{.batch = 2, .heads = 1, .rows = 100, .cols = 16};
  const SlopesToAsk asked = slopes_to_ask(x, 16, true, Index{1} << 17);
  EXPECT_EQ(asked.sizes.rows, 100);
  for (std::size_t at = 0; at < asked.rows.size(); ++at) {
    EXPECT_EQ(asked.rows[at].row % 100, static_cast<Index>(at) % 100);
  }
  EXPECT_EQ(slopes_in(asked).size(), 200U * 3);
}

}  // namespace
}  // namespace slim::properties
