// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/curves.hpp"

#include <gtest/gtest.h>

namespace slim::plots {
namespace {

Record timed(const std::string& subject, Index length, Index slice, double seconds) {
  Record record;
  record.setting.subject = subject;
  record.setting.length = length;
  record.setting.slice = slice;
  record.measured = experiments::Seconds{.seconds = seconds};
  return record;
}

double value(const Record& record) {
  return std::get<experiments::Seconds>(record.measured).seconds;
}

TEST(Curves, along_length_separate_sliced_and_full_passes) {
  const std::vector<Record> records = {timed("a/b", 8, 2, 1.0), timed("a/b", 4, 2, 2.0),
                                       timed("a/b", 8, 8, 3.0), timed("c/d", 8, 2, 4.0)};
  const Curves result = gather_curves(records, Along::length, value);
  ASSERT_EQ(result.curves.size(), 3U);
  EXPECT_EQ(result.curves[0].label, "a/b, C = 2");
  ASSERT_EQ(result.curves[0].points.size(), 2U);
  EXPECT_EQ(result.curves[0].points[0].length, 4);
  EXPECT_EQ(result.curves[0].points[1].y.median, 1.0);
  EXPECT_EQ(result.curves[1].label, "a/b, full pass");
  EXPECT_TRUE(result.curves[1].full_pass);
  EXPECT_EQ(result.curves[2].label, "c/d, C = 2");
}

TEST(Curves, along_slice_length_end_in_one_full_pass) {
  const std::vector<Record> records = {timed("a/b", 8, 2, 1.0), timed("a/b", 8, 8, 2.0),
                                       timed("c/d", 8, 2, 3.0), timed("c/d", 8, 8, 4.0)};
  const Curves result = gather_curves(records, Along::slice, value);
  ASSERT_EQ(result.curves.size(), 3U);
  EXPECT_EQ(result.curves[0].label, "a/b");
  EXPECT_EQ(result.curves[0].points.size(), 2U);
  EXPECT_EQ(result.curves[1].label, "c/d");
  EXPECT_TRUE(result.curves[2].full_pass);
  ASSERT_EQ(result.curves[2].points.size(), 1U);
  EXPECT_EQ(result.curves[2].points[0].y.median, 2.0);
}

TEST(Curves, take_the_median_over_the_samples_of_a_cell) {
  const std::vector<Record> records = {timed("a/b", 8, 2, 9.0), timed("a/b", 8, 2, 1.0),
                                       timed("a/b", 8, 2, 2.0)};
  const Curves result = gather_curves(records, Along::length, value);
  ASSERT_EQ(result.curves.size(), 1U);
  EXPECT_EQ(result.curves[0].points[0].y.median, 2.0);
  EXPECT_EQ(result.curves[0].points[0].y.samples, 3U);
}

TEST(Curves, are_labelled_with_the_settings_that_differ) {
  std::vector<Record> records = {timed("a/b", 8, 2, 1.0), timed("a/b", 8, 2, 2.0)};
  records[1].setting.threads = 2;
  const Curves result = gather_curves(records, Along::length, value);
  ASSERT_EQ(result.curves.size(), 2U);
  EXPECT_EQ(result.curves[0].label, "a/b, C = 2, 1 thread");
  EXPECT_EQ(result.curves[1].label, "a/b, C = 2, 2 threads");
  EXPECT_NE(result.common.find("d_model 64"), std::string::npos);
  EXPECT_EQ(result.common.find("thread"), std::string::npos);
}

TEST(Curves, count_a_slice_beyond_the_sequence_as_the_sequence) {
  const Curves result = gather_curves(std::vector{timed("a/b", 8, 100, 1.0)}, Along::slice, value);
  EXPECT_EQ(result.curves[0].points[0].slice, 8);
  EXPECT_EQ(result.curves[0].points[0].x, 8.0);
}

TEST(LabelledCurves, gather_samples_under_their_labels) {
  LabelledCurves gathered;
  const Record record = timed("a/b", 8, 4, 1.0);
  gathered.add("late", record, 4.0, 7.0);
  gathered.add("early", record, 2.0, 1.0);
  gathered.add("early", record, 2.0, 3.0);
  gathered.add("early", record, 1.0, 5.0);
  const std::vector<Curve> curves = gathered.curves(Spread::deviation);
  ASSERT_EQ(curves.size(), 2U);
  EXPECT_EQ(curves[0].label, "late");
  ASSERT_EQ(curves[1].points.size(), 2U);
  EXPECT_EQ(curves[1].points[0].x, 1.0);
  EXPECT_EQ(curves[1].points[1].y.median, 2.0);
  EXPECT_EQ(curves[1].points[1].y.samples, 2U);
  EXPECT_EQ(curves[1].points[1].slices, 2);
}

TEST(YRange, uses_the_mean_where_mean_minus_deviation_is_negative) {
  std::vector<Curve> curves(1);
  curves[0].points = {{8, 2, 4, 8.0, {-1.0, 2.0, 5.0, 3}}, {8, 2, 4, 9.0, {3.0, 4.0, 5.0, 3}}};
  EXPECT_EQ(y_range(curves), (std::pair{2.0, 5.0}));
}

}  // namespace
}  // namespace slim::plots
