// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/suggestion.hpp"

#include "reference/vocabulary/system/closest.hpp"

#include <gtest/gtest.h>

namespace slim::command_line {
namespace {

TEST(Suggestion, ListsAFewClosestOfManyNamesAndAllOfFew) {
  EXPECT_EQ(unknown_name("fruit", "appel", {"pear", "apple"}, "ls"),
            "fruit 'appel' is unknown: did you mean 'apple'? allowed are pear, apple");
  std::vector<std::string> many = {"apple"};
  for (int i = 0; i < 1000; ++i) many.push_back("number-" + std::to_string(i));
  const std::string message = unknown_name("fruit", "aple", many, "ls");
  EXPECT_EQ(message.find("fruit 'aple' is unknown: did you mean 'apple'? the closest of 1001 are "
                         "apple, "),
            0U)
      << message;
  EXPECT_LE(message.size(), 200U);
}

TEST(EditDistance, CountsInsertionsDeletionsSubstitutionsAndExchanges) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("same", "same"), 0U);
  EXPECT_EQ(edit_distance("rnu", "run"), 1U);
}

}  // namespace
}  // namespace slim::command_line
