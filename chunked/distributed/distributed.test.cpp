// SPDX-License-Identifier: Apache-2.0
#include "chunked/distributed/calls.hpp"
#include "chunked/distributed/catalogue.hpp"
#include "chunked/distributed/part.hpp"
#include "chunked/drawn_example.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/keep_largest.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <string>

namespace slim::chunked::distributed {
namespace {

template <class T>
GradientResult<T> on_ranks(const GradientTask<T>& task, Index P, Scan scan,
                           const std::string& prefix_sum = "blocked") {
  ThreadTeam team(P);
  GradientResult<T> result;
  gradient<T>(task, result, team, {.scan = scan, .prefix_sum = prefix_sum});
  return result;
}

template <class T>
T largest_difference_of_states(const State<T>& a, const State<T>& b) {
  T largest(0);
  EXPECT_EQ(a.values().size(), b.values().size());
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    keep_largest(largest, T(abs(T(a.values()[i] - b.values()[i]))));
  }
  return largest;
}

template <class T>
State<T> drawn_state(const Model& model, Index batch, double scale) {
  State<T> state(model, batch);
  double value = 0.25;
  for (T& x : state.values()) {
    value = value > 2.0 ? value - 1.9 : value + 0.37;
    x = T(scale * value);
  }
  return state;
}

TEST(Part, CoversEveryRowOnceWithPartsThatDifferByOneAtMost) {
  for (const Index L : {1, 2, 7, 8, 9, 100}) {
    for (const Index P : {1, 2, 3, 8, 13}) {
      Index next = 0;
      for (Index rank = 0; rank < P; ++rank) {
        const Part part = part_of(L, P, rank);
        EXPECT_EQ(part.first, next);
        EXPECT_GE(part.rows, L / P);
        EXPECT_LE(part.rows, L / P + 1);
        next += part.rows;
      }
      EXPECT_EQ(next, L);
    }
  }
}

TEST(Packed, KeepsEveryKindOfNumberInFiftyDigits) {
  using Limits = std::numeric_limits<Digits50>;
  const std::vector<Digits50> numbers = {Digits50(0),        -Digits50(0),
                                         Digits50(1) / 3,    -exp(Digits50(-1000)),
                                         Limits::infinity(), -Limits::infinity()};
  std::vector<Digits50> again(numbers.size() + 1, Digits50(7));
  std::vector<Digits50> with_nan = numbers;
  with_nan.push_back(Limits::quiet_NaN());
  unpack<Digits50>(packed(std::span<const Digits50>(with_nan)), again);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(again[i], numbers[i]);
    EXPECT_EQ(signbit(again[i]), signbit(numbers[i]));
  }
  EXPECT_NE(again.back(), again.back());
}

TEST(Distributed, EqualsTheUndividedGradientInFiftyDigits) {
  DrawnExample<Digits50> example(small_model(), 2, 7);
  example.sequences.add_mask();
  std::ranges::fill(example.sequences.mask(0).subspan(3, 3), std::uint8_t{0});  // a whole part
  const State<Digits50> start = drawn_state<Digits50>(example.model, 2, 1.0);
  const State<Digits50> end = drawn_state<Digits50>(example.model, 2, 1e-3);
  GradientTask<Digits50> task = example.task(7);
  task.wants_logits = true;
  task.wants_state = true;
  task.first_position = 5;
  task.start = &start;
  task.end_cotangent = &end;
  GradientResult<Digits50> whole;
  find_variant("stored/blocked").gradient.in<Digits50>()(task, whole);
  for (const Index P : {1, 2, 3, 4, 7, 9}) {
    for (const Scan scan : {Scan::chain, Scan::tree}) {
      for (const Index C : {1, 2, 3, 100}) {
        task.slice_length = C;
        const GradientResult<Digits50> parts = on_ranks(task, P, scan);
        const std::string which = std::to_string(P) + " ranks, C = " + std::to_string(C);
        const Digits50 bound("1e-44");
        EXPECT_LE(largest_difference(whole, parts), bound) << which;
        EXPECT_TRUE(((whole.logits - parts.logits).array().abs() <= bound).all()) << which;
        EXPECT_LE(largest_difference_of_states(whole.end, parts.end), bound) << which;
        EXPECT_LE(largest_difference_of_states(whole.start_cotangent, parts.start_cotangent), bound)
            << which;
      }
    }
  }
}

TEST(Distributed, EqualsTheUndividedGradientWithEveryPrefixSumAndWithoutStates) {
  for (const Norm norm : {Norm::branch_output, Norm::branch_input}) {
    Model model = small_model();
    model.norm = norm;
    const DrawnExample<Digits50> example(model, 1, 5);
    const GradientResult<Digits50> whole = example.run(find_variant("stored/blocked"), 5);
    for (const char* prefix_sum : {"explicit", "tree", "iterative", "blocked"}) {
      for (const Index C : {1, 5}) {
        const auto parts = on_ranks(example.task(C), 3, Scan::chain, prefix_sum);
        EXPECT_LE(largest_difference(whole, parts), Digits50("1e-44")) << prefix_sum;
      }
    }
  }
}

TEST(Distributed, HasTheSameBitsInEveryRun) {
  const DrawnExample<float> example(small_model(), 2, 40);
  for (const Scan scan : {Scan::chain, Scan::tree}) {
    for (const Index C : {3, 40}) {
      const GradientResult<float> first = on_ranks(example.task(C), 5, scan);
      for (int again = 0; again < 10; ++again) {
        EXPECT_TRUE(same_bits(first, on_ranks(example.task(C), 5, scan)));
      }
      EXPECT_TRUE(same_bits(first, on_ranks(example.task(C, 2), 5, scan))) << "2 threads a rank";
    }
  }
}

TEST(Distributed, RefusesAnInvalidTask) {
  const DrawnExample<double> example(small_model(), 1, 4);
  EXPECT_THROW(on_ranks(example.task(0), 3, Scan::chain), ContractError);
}

/// A rank's numbers are 1, 2, 4, …, so that a sum shows which of them it has.
TEST(Scans, AddTheRanksBeforeOrAfterThisOne) {
  for (const Scan scan : {Scan::chain, Scan::tree}) {
    for (const Index P : {1, 2, 3, 4, 5, 8, 11}) {
      ThreadTeam team(P);
      const auto add = [&](Communicator& ranks) {
        const double own = std::ldexp(1.0, static_cast<int>(ranks.rank()));
        double before = 0.5;
        double after = 0.25;
        double all = own;
        exclusive_scan<double>(ranks, scan, Direction::forward, {&own, 1}, {&before, 1});
        exclusive_scan<double>(ranks, scan, Direction::backward, {&own, 1}, {&after, 1});
        all_reduce<double>(ranks, scan, {&all, 1});
        const double total = std::ldexp(1.0, static_cast<int>(P)) - 1.0;
        EXPECT_EQ(before, 0.5 + own - 1.0);
        EXPECT_EQ(after, 0.25 + total - (2.0 * own - 1.0));
        EXPECT_EQ(all, total);
      };
      team.run(add, {});
    }
  }
}

TEST(Scans, AreOneMessageEachInAChainAndLogarithmicallyDeepInATree) {
  for (const Index P : {2, 3, 4, 8, 16, 31}) {
    for (const Scan scan : {Scan::chain, Scan::tree}) {
      ThreadTeam team(P);
      const auto scan_six = [&](Communicator& ranks) {
        const std::vector<double> own(6, 1.0);
        std::vector<double> sum(6, 0.0);
        exclusive_scan<double>(ranks, scan, Direction::forward, own, sum);
      };
      team.run(scan_six, {});
      const auto log_P = static_cast<std::int64_t>(std::bit_width(static_cast<std::size_t>(P)) - 1);
      std::int64_t depth = 0;
      for (const ThreadTeam::Use& use : team.uses()) {
        depth = std::max(depth, use.depth);
        const Sent& sent = use.sent.at(static_cast<std::size_t>(Traffic::forward));
        EXPECT_LE(sent.messages, scan == Scan::chain ? 1 : log_P + 1);
        EXPECT_EQ(sent.bytes, 48 * sent.messages);
      }
      EXPECT_EQ(depth, scan == Scan::chain ? P - 1 : log_P);
    }
  }
}

TEST(ThreadTeam, ThrowsTheFirstExceptionAndWakesTheOthers) {
  ThreadTeam team(4);
  const auto fails = [](Communicator& ranks) {
    if (ranks.rank() == 2) throw std::bad_alloc();
    double x = 0.0;
    ranks.receive<double>(2, Traffic::forward, {&x, 1});
  };
  EXPECT_THROW(team.run(fails, {}), std::bad_alloc);
}

TEST(ThreadTeam, NoticesRanksThatComputeSomethingElse) {
  ThreadTeam team(2);
  const auto of_another_task = [](Communicator& ranks) {
    ranks.begin_task(static_cast<std::uint64_t>(ranks.rank()));
    double x = 0.0;
    if (ranks.rank() == 1) ranks.send<double>(0, Traffic::forward, {&x, 1});
    if (ranks.rank() == 0) ranks.receive<double>(1, Traffic::forward, {&x, 1});
  };
  EXPECT_THROW(team.run(of_another_task, {}), RanksError);
  const auto of_another_size = [](Communicator& ranks) {
    std::vector<double> x(static_cast<std::size_t>(1 + ranks.rank()));
    if (ranks.rank() == 1) ranks.send<double>(0, Traffic::forward, x);
    if (ranks.rank() == 0) ranks.receive<double>(1, Traffic::forward, x);
  };
  EXPECT_THROW(team.run(of_another_size, {}), RanksError);
}

}  // namespace
}  // namespace slim::chunked::distributed
