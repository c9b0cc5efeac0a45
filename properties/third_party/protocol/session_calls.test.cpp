// SPDX-License-Identifier: Apache-2.0
// One process under any sequence of requests, good and bad: each answer is that of a new process.
#include "properties/engine/cases/attention_spec.hpp"
#include "properties/third_party/protocol/exchange.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "reference/vocabulary/system/sequences_of_calls.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace slim::properties::foreign {
namespace {

/// A task with the output that a new process gives.
struct AnsweredTask {
  AttentionInputs<double> inputs;
  Heads<double> out;
};

Heads<double> out_of(Session& session, const AttentionInputs<double>& inputs) {
  AttentionResult<double> result;
  exchange(session, inputs.task(), result);
  return result.out;
}

std::vector<AnsweredTask> answered(const Door& door, const FeatureMap& map, bool features_given) {
  std::vector<AnsweredTask> tasks;
  for (const Index length : {2, 5, 5}) {
    AttentionSpec spec;
    spec.length = length;
    spec.width = length;
    spec.value_width = 2;
    spec.feature_map = map;
    spec.features_given = features_given;
    spec.pullback = false;
    spec.seed = tasks.size();
    Session session(door, {});
    const AttentionInputs<double> inputs = materialise(spec);
    tasks.push_back({inputs, out_of(session, inputs)});
  }
  return tasks;
}

bool is_near(const Heads<double>& out, const Heads<double>& expected) {
  constexpr double tolerance = 1e-12;  // the order of NumPy's sums depends on addresses
  if (out.sizes() != expected.sizes()) return false;
  for (std::size_t i = 0; i < out.values().size(); ++i) {
    const double wanted = expected.values()[i];
    if (!(std::abs(out.values()[i] - wanted) <= tolerance * (1.0 + std::abs(wanted)))) return false;
  }
  return true;
}

struct SessionModel {
  const std::vector<AnsweredTask>* tasks;
};
using SessionCall = rc::state::Command<SessionModel, Session>;

struct RunCall : SessionCall {
  std::size_t task = *rc::gen::inRange<std::size_t>(0, 3);

  void run(const SessionModel& model, Session& session) const override {
    const AnsweredTask& asked = model.tasks->at(task);
    RC_ASSERT(is_near(out_of(session, asked.inputs), asked.out));
    RC_ASSERT(!session.is_over());
  }
  void show(std::ostream& out) const override { out << "run task " << task; }
};

/// A request that must be refused, after which the process goes on.
struct BadCall : SessionCall {
  std::string method = *rc::gen::element<std::string>("dance", "run", "");

  void run(const SessionModel& /*model*/, Session& session) const override {
    constexpr int number = 1'000'001;
    const nlohmann::json request = {{"jsonrpc", "2.0"},
                                    {"id", number},
                                    {"method", method},
                                    {"params", nlohmann::json::object()}};
    RC_ASSERT(session.refuses(request.dump(), number));
    RC_ASSERT(!session.is_over());
  }
  void show(std::ostream& out) const override { out << "bad request '" << method << "'"; }
};

struct DescribeCall : SessionCall {
  void run(const SessionModel& /*model*/, Session& session) const override {
    RC_ASSERT(session.describe_again() == session.declaration().text);
  }
  void show(std::ostream& out) const override { out << "describe"; }
};

std::string failing_requests(int sequences, const Door& door,
                             const std::vector<AnsweredTask>& tasks) {
  return failing_calls(sequences, [&] {
    Session session(door, {});
    rc::state::check(SessionModel{&tasks}, session,
                     rc::state::gen::execOneOfWithArgs<RunCall, BadCall, DescribeCall>());
  });
}

TEST(SessionCalls, GiveTheAnswersOfANewProcessInAnyOrder) {
  const Door door = library_door(library("c_attention"));
  EXPECT_EQ(failing_requests(30, door, answered(door, {}, true)), "");
}

TEST(SessionCalls, FindTheShortestThatShowsAnAnswerThatDependsOnEarlierOnes) {
  if (!has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  const Door door = program_door("exec " SLIM_PYTHON " " + folder + "faults/kept_scale_subject.py");
  FeatureMap map;
  map.kind = FeatureKind::favor_plus;
  const std::string found = failing_requests(30, door, answered(door, map, false));
  const auto calls = [&](const char* text) {
    int count = 0;
    for (std::size_t at = found.find(text); at != std::string::npos;
         at = found.find(text, at + 1)) {
      ++count;
    }
    return count;
  };
  EXPECT_EQ(calls("run task"), 2) << found;
  EXPECT_EQ(calls("bad request") + calls("describe"), 0) << found;
}

}  // namespace
}  // namespace slim::properties::foreign
