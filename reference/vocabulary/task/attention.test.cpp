// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/task/attention.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <array>

namespace slim {
namespace {

const double one = 1.0;

/// An array that repeats one entry, so that large extents need no memory.
HeadsView<double> repeated(const HeadsSizes& sizes) {
  return {.data = &one, .sizes = sizes};
}

constexpr HeadsSizes rows{.batch = 2, .heads = 3, .rows = 5, .cols = 4};
constexpr HeadsSizes values{.batch = 2, .heads = 3, .rows = 5, .cols = 2};
constexpr HeadsSizes state{.batch = 2, .heads = 3, .rows = 3, .cols = 8};

AttentionTask<double> good_task() {
  return {.q = repeated(rows),
          .k = repeated(rows),
          .v = repeated(values),
          .slice_length = 2,
          .feature_map = {.kind = FeatureKind::favor_plus, .blocks = 2},
          .omega = repeated({.batch = 1, .heads = 3, .rows = 4, .cols = 8}),
          .start = repeated(state),
          .wants_pullback = true,
          .out_cotangent = repeated(values),
          .end_cotangent = repeated(state)};
}

template <class Task, class Change>
void expect_refused(Task task, const Change& change, const std::string& because) {
  change(task);
  try {
    require_valid(task);
    FAIL() << "accepted despite: " << because;
  } catch (const ContractError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find(because), std::string::npos) << message << "\nexpected: " << because;
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
}

TEST(AttentionTask, IsValidIfConsistent) {
  EXPECT_NO_THROW(require_valid(good_task()));
  EXPECT_EQ(good_task().state_sizes(), state);
  AttentionTask<double> given = good_task();
  given.features_given = true;
  given.omega = {};
  given.start = given.end_cotangent = {};
  EXPECT_NO_THROW(require_valid(given));
  EXPECT_EQ(given.features(), 4);
}

TEST(AttentionTask, IsRejectedIfInconsistentNamingTheArgument) {
  using Task = AttentionTask<double>;
  const auto refuse = [](const auto& change, const std::string& because) {
    expect_refused(good_task(), change, because);
  };
  refuse([](Task& t) { t.q = {}; }, "q must be given");
  refuse([](Task& t) { t.q.data = nullptr; }, "q must be given");
  refuse([](Task& t) { t.k = {}; }, "k must have extents [2, 3, 5, 4], not [0, 0, 0, 0]");
  refuse([](Task& t) { t.v.sizes.rows = 4; }, "v must have extents [2, 3, 5, 2], not [2, 3, 4, 2]");
  refuse([](Task& t) { t.v.sizes.cols = 0; }, "v must have extents of at least 1");
  refuse([](Task& t) { t.q.sizes.batch = -1; }, "q must have extents of at least 1");
  refuse([](Task& t) { t.q.sizes.rows = t.k.sizes.rows = Index{1} << 60; }, "at most 2^46");
  refuse([](Task& t) { t.k.strides.rows = -1; }, "k must have strides that are not negative");
  refuse([](Task& t) { t.k.strides.batch = Index{1} << 62; }, "k must span at most");
  refuse([](Task& t) { t.omega = {}; }, "omega must be given if");
  refuse([](Task& t) { t.feature_map.kind = FeatureKind::relu; }, "omega must be given if");
  refuse([](Task& t) { t.feature_map.blocks = 3; }, "omega must have extents [1, 3, 4, 12]");
  refuse([](Task& t) { t.feature_map.blocks = 0; }, "feature map blocks");
  refuse([](Task& t) { t.start.sizes.rows = 2; }, "start must have extents [2, 3, 3, 8]");
  refuse([](Task& t) { t.end_cotangent.sizes.cols = 4; }, "end_cotangent must have extents");
  refuse([](Task& t) { t.out_cotangent.sizes.cols = 4; }, "out_cotangent must have extents");
  refuse([](Task& t) { t.wants_pullback = false; }, "cotangents must not be given");
  refuse([](Task& t) { t.slice_length = 0; }, "slice_length must be at least 1, not 0");
  refuse([](Task& t) { t.threads = 0; }, "threads must be at least 1");
  refuse([](Task& t) { t.conventions.epsilons[EpsilonPlace::denominator] = -1; }, "epsilon");
  refuse([](Task& t) { t.features_given = true; }, "omega must be given if");
  refuse(
      [](Task& t) {
        t.q.sizes.cols = t.k.sizes.cols = t.v.sizes.cols = Index{1} << 40;
        t.feature_map = {};
        t.omega = {};
      },
      "prefix sums must have at most 2^46 entries");
  const std::array<std::uint8_t, 10> mask = {1, 0, 1, 1, 1, 1, 1, 1, 1, 2};
  refuse([&](Task& t) { t.key_mask = std::span(mask).first(9); },
         "key_mask must have B·L = 10 entries");
  refuse([&](Task& t) { t.key_mask = mask; }, "every entry of key_mask must be 0 or 1");
}

TEST(FeaturesTask, IsRejectedIfInconsistentNamingTheArgument) {
  using Task = FeaturesTask<double>;
  const Task good{.x = repeated(rows),
                  .feature_map = {.kind = FeatureKind::favor_plus, .blocks = 2},
                  .omega = repeated({.batch = 1, .heads = 3, .rows = 4, .cols = 8})};
  EXPECT_NO_THROW(require_valid(good));
  EXPECT_EQ(good.out_sizes().cols, 8);
  expect_refused(
      good, [](Task& t) { t.x = {}; }, "x must be given");
  expect_refused(
      good, [](Task& t) { t.omega = {}; }, "omega must be given if");
  expect_refused(
      good, [](Task& t) { t.omega.sizes.heads = 2; }, "omega must have extents");
  expect_refused(
      good, [](Task& t) { t.threads = -1; }, "threads");
  expect_refused(
      good, [](Task& t) { t.conventions.epsilons[EpsilonPlace::denominator] = -1; }, "epsilon");
}

}  // namespace
}  // namespace slim
