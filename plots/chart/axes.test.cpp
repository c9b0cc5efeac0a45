// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/axes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace slim::plots {
namespace {

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> result;
  for (const Tick& tick : axis.ticks) result.push_back(tick.label);
  return result;
}

using Labels = std::vector<std::string>;

TEST(Axes, of_lengths_have_ticks_at_powers_of_two) {
  const Axis axis = power_of_two_axis("L", {1024.0, 8192.0});
  EXPECT_EQ(labels(axis), (Labels{"2^{10}", "2^{11}", "2^{12}", "2^{13}"}));
  EXPECT_LT(axis.low, 1024.0);
  EXPECT_GT(axis.high, 8192.0);
}

TEST(Axes, never_have_more_ticks_than_fit) {
  for (int power = 0; power < 32; ++power) {
    const double high = std::pow(3.0, power);
    EXPECT_LE(power_of_two_axis("", {1.0, high}).ticks.size(), 9U);
    EXPECT_LE(bytes_axis("", {1.0, high}).ticks.size(), 8U);
    EXPECT_LE(seconds_axis("", {1e-6, 1e-6 * high}).ticks.size(), 22U);
  }
}

TEST(Axes, span_a_factor_of_four_around_a_single_value) {
  const Axis axis = bytes_axis("", {3e6, 3e6});
  EXPECT_GE(axis.high / axis.low, 4.0);
  EXPECT_EQ(labels(axis), (Labels{"2 MiB", "4 MiB"}));
}

TEST(Axes, of_seconds_have_ticks_at_one_two_five_when_there_is_room) {
  EXPECT_EQ(labels(seconds_axis("", {0.01, 0.1})), (Labels{"10 ms", "20 ms", "50 ms", "100 ms"}));
  const Labels wide = labels(seconds_axis("", {1e-3, 10.0}));
  EXPECT_EQ(wide, (Labels{"1 ms", "10 ms", "100 ms", "1 s", "10 s"}));
}

TEST(Axes, of_slice_counts_share_the_ticks_of_slice_lengths) {
  const Axis slice = power_of_two_axis("C", {1.0, 8.0});
  EXPECT_EQ(labels(slices_axis("N", slice, 8.0)), (Labels{"8", "4", "2", "1"}));
}

TEST(Axes, format_bytes_in_binary_units) {
  EXPECT_EQ(readable_bytes(1.0), "1 B");
  EXPECT_EQ(readable_bytes(1023.0), "1023 B");
  EXPECT_EQ(readable_bytes(1024.0), "1 KiB");
  EXPECT_EQ(readable_bytes(1.5 * 1024 * 1024), "1.5 MiB");
  EXPECT_EQ(readable_bytes(4.0 * 1024 * 1024 * 1024), "4 GiB");
}

TEST(Axes, format_seconds_in_the_largest_unit_below_them) {
  EXPECT_EQ(readable_seconds(5e-9), "5 ns");
  EXPECT_EQ(readable_seconds(2e-5), "20 µs");
  EXPECT_EQ(readable_seconds(0.5), "500 ms");
  EXPECT_EQ(readable_seconds(1.0), "1 s");
}

TEST(Axes, of_ratios_near_one_are_linear) {
  const Axis axis = linear_axis("ratio", {0.98, 1.12}, 0.05);
  EXPECT_TRUE(axis.linear);
  EXPECT_EQ(labels(axis), (Labels{"1", "1.05", "1.1"}));
  EXPECT_EQ(axis.high, 1.12);
}

TEST(Axes, of_categories_have_a_tick_for_each_name) {
  const Axis axis = named_axis("cap", {"64 MiB", "128 MiB"});
  EXPECT_EQ(labels(axis), (Labels{"64 MiB", "128 MiB"}));
  EXPECT_EQ(axis.ticks[1].at, 2.0);
  EXPECT_EQ(axis.low, 0.5);
  EXPECT_EQ(axis.high, 2.5);
}

TEST(Axes, have_short_ticks_between_those_with_labels) {
  EXPECT_GE(ratio_axis("", {1e-3, 1e-2}).minor.size(), 8U) << "2 to 9 times a power of ten";
  const Axis lengths = power_of_two_axis("", {1.0, 16384.0});
  EXPECT_EQ(lengths.ticks.size() + lengths.minor.size(), 15U) << "every power of two";
  EXPECT_FALSE(linear_axis("", {0.0, 1.0}, 0.5).minor.empty());
}

}  // namespace
}  // namespace slim::plots
