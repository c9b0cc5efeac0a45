// SPDX-License-Identifier: Apache-2.0
// Boundaries under any sequence of calls that their interface allows: sequences that are left
// halfway, begun again, or resumed from a state. Sums are small integers, so that every boundary
// has to give the same bits.
#include "chunked/boundaries/boundary.hpp"
#include "chunked/composition.hpp"
#include "reference/vocabulary/system/sequences_of_calls.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace slim::chunked {
namespace {

constexpr StateSizes called_sizes = [] {
  StateSizes sizes;
  sizes.layers = 2;
  return sizes;
}();
/// R and S of both layers, one head, d = 1, M = 1.
using LayerCalls = Eigen::Array<double, 2, 1>;
using CallSums = std::array<LayerCalls, 2>;

CallSums zero_sums() {
  CallSums sums;
  sums.fill(LayerCalls::Zero());
  return sums;
}

/// What a boundary has been given in the current sequence.
struct CalledBoundary {
  Index slices = 0;              ///< 0: no sequence was begun
  CallSums start = zero_sums();  ///< B⁽⁰⁾
  std::vector<CallSums> sums{};  ///< of the slices so far
  Index next = 0;                ///< the slice that comes next
  bool backward = false;

  /// B⁽ⁿ⁾
  [[nodiscard]] CallSums at(Index n) const {
    CallSums total = start;
    for (Index i = 0; i < n; ++i) {
      for (std::size_t r = 0; r < total.size(); ++r)
        total.at(r) += sums.at(static_cast<std::size_t>(i)).at(r);
    }
    return total;
  }
};

struct BoundaryInUse {
  std::unique_ptr<Boundary<double>> boundary;
  std::array<State<double>, 2> starts{};  ///< one of the current sequence, one to write the next
  std::size_t used = 0;
};

using BoundaryCall = rc::state::Command<CalledBoundary, BoundaryInUse>;

CallSums drawn_sums() {
  CallSums sums;
  for (LayerCalls& layer : sums) {
    layer(0) = static_cast<double>(*rc::gen::inRange(-9, 10));
    layer(1) = static_cast<double>(*rc::gen::inRange(0, 10));
  }
  return sums;
}

void require_start(const CalledBoundary& model, const Boundary<double>& boundary, Index n) {
  const CallSums expected = model.at(n);
  for (std::size_t r = 0; r < expected.size(); ++r) {
    RC_ASSERT((boundary.start(n, static_cast<Index>(r)) == expected.at(r)).all());
  }
}

void give(Boundary<double>& boundary, Index n, const CallSums& sums) {
  for (std::size_t r = 0; r < sums.size(); ++r) {
    boundary.advance(n, static_cast<Index>(r), {sums.at(r).data(), sums.at(r).size()});
  }
}

/// Begins a sequence at any time, from zero or from the state that the calls have reached.
struct BeginCall : BoundaryCall {
  Index slices = *rc::gen::inRange<Index>(1, 8);
  bool resumes = *rc::gen::arbitrary<bool>();

  [[nodiscard]] CallSums start_in(const CalledBoundary& model) const {
    return resumes && model.slices > 0 ? model.at(model.next) : zero_sums();
  }
  void apply(CalledBoundary& model) const override {
    model = {.slices = slices, .start = start_in(model)};
  }
  void run(const CalledBoundary& model, BoundaryInUse& used) const override {
    const CallSums start = start_in(model);
    used.used = 1 - used.used;
    State<double>& state = used.starts.at(used.used);
    state = State<double>(called_sizes, 1);
    for (std::size_t r = 0; r < start.size(); ++r) {
      layer_sums(state, 0, static_cast<Index>(r), called_sizes.heads) = start.at(r);
    }
    used.boundary->begin(called_sizes, slices, {&state, 0});
  }
  void show(std::ostream& out) const override {
    out << "begin " << slices << " slices" << (resumes ? ", resuming" : "");
  }
};

/// Reads the start of the next slice of the forward sweep, and advances by its sum.
struct AdvanceCall : BoundaryCall {
  CallSums sums = drawn_sums();

  void checkPreconditions(const CalledBoundary& model) const override {
    RC_PRE(!model.backward && model.next + 1 < model.slices);
  }
  void apply(CalledBoundary& model) const override {
    model.sums.push_back(sums);
    ++model.next;
  }
  void run(const CalledBoundary& model, BoundaryInUse& used) const override {
    require_start(model, *used.boundary, model.next);
    give(*used.boundary, model.next, sums);
  }
  void show(std::ostream& out) const override {
    out << "advance by";
    for (const LayerCalls& layer : sums) out << ' ' << layer.transpose();
  }
};

/// Goes back by one slice; the first such call ends the forward sweep.
struct RestoreCall : BoundaryCall {
  void checkPreconditions(const CalledBoundary& model) const override {
    RC_PRE((model.backward ? model.next > 0 : model.next + 1 == model.slices));
  }
  [[nodiscard]] static Index slice(const CalledBoundary& model) {
    return model.backward ? model.next - 1 : model.next;
  }
  void apply(CalledBoundary& model) const override {
    if (!model.backward) model.sums.push_back(last_sums);
    model.next = slice(model);
    model.backward = true;
  }
  void run(const CalledBoundary& model, BoundaryInUse& used) const override {
    Boundary<double>& boundary = *used.boundary;
    const auto sums_of = [&](Index n) -> const CallSums& {
      return n < static_cast<Index>(model.sums.size()) ? model.sums.at(static_cast<std::size_t>(n))
                                                       : last_sums;
    };
    while (!model.backward && boundary.restart()) {
      for (Index n = 0; n < model.next; ++n) give(boundary, n, sums_of(n));
    }
    const Index n = slice(model);
    boundary.prepare(n, [&](Index m) { give(boundary, m, sums_of(m)); });
    for (std::size_t r = 0; r < called_sizes.layers; ++r) {
      const LayerCalls& sum = sums_of(n).at(r);
      const bool needed = boundary.needs_slice_sum(n);
      boundary.restore(n, static_cast<Index>(r),
                       {needed ? sum.data() : nullptr, needed ? sum.size() : 0});
    }
    require_start(model, boundary, n);
  }
  void show(std::ostream& out) const override { out << "go back"; }

  CallSums last_sums = drawn_sums();  ///< of the last slice, which the forward sweep does not add
};

std::string failing_calls_of(const std::function<std::unique_ptr<Boundary<double>>()>& make) {
  constexpr int sequences = 200;
  return failing_calls(sequences, [&] {
    BoundaryInUse used{.boundary = make()};
    rc::state::check(CalledBoundary(), used,
                     rc::state::gen::execOneOfWithArgs<BeginCall, AdvanceCall, RestoreCall>());
  });
}

/// Keeps the states of the sequence before, if that has as many slices.
class ForgetfulBoundary final : public Boundary<double> {
 public:
  [[nodiscard]] std::int64_t least_bytes(const StateSizes& /*sizes*/,
                                         Index /*slices*/) const override {
    return 0;
  }
  void begin(const StateSizes& /*sizes*/, Index slices, Start<double> start) override {
    if (slices == static_cast<Index>(states_.size())) return;
    states_.assign(static_cast<std::size_t>(slices), zero_sums());
    for (std::size_t r = 0; r < 2; ++r) {
      start.write({states_[0].at(r).data(), 2}, static_cast<Index>(r), 1);
    }
  }
  LayerSums<const double> start(Index n, Index r) const override {
    return {states_[static_cast<std::size_t>(n)].at(static_cast<std::size_t>(r)).data(), 2};
  }
  void advance(Index n, Index r, LayerSums<const double> sum) override {
    states_[static_cast<std::size_t>(n) + 1].at(static_cast<std::size_t>(r)) = start(n, r) + sum;
  }
  [[nodiscard]] bool needs_slice_sum(Index /*n*/) const override { return false; }
  void restore(Index /*n*/, Index /*r*/, LayerSums<const double> /*sum*/) override {}

 private:
  std::vector<CallSums> states_;
};

TEST(BoundaryCalls, GiveTheSumsOfTheCurrentSequenceInAnyOrderOfCalls) {
  for (const char* name : {"recovered", "wide", "exact", "stored", "recomputed", "bisected"}) {
    EXPECT_EQ(failing_calls_of([&] { return make_boundary<double>(name); }), "") << name;
  }
}

TEST(BoundaryCalls, FindTheShortestThatShowsAStateLeftFromTheSequenceBefore) {
  const std::string found = failing_calls_of([] { return std::make_unique<ForgetfulBoundary>(); });
  const std::size_t first = found.find("begin");
  EXPECT_NE(first, std::string::npos) << found;
  EXPECT_NE(found.find("begin", first + 1), std::string::npos) << found;
}

}  // namespace
}  // namespace slim::chunked
