// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/distributed_cost.hpp"

#include "chunked/distributed/calls.hpp"
#include "experiments/workload/workload.hpp"

#include <algorithm>
#include <string_view>

namespace slim::experiments {
namespace {

using chunked::distributed::Communicator;
using chunked::distributed::Direction;
using chunked::distributed::Method;
using chunked::distributed::Scan;
using chunked::distributed::ThreadTeam;
using chunked::distributed::Traffic;

Method method_of(std::string_view subject) {
  const std::size_t slash = subject.find('/');
  const std::string_view boundary = subject.substr(0, slash);
  require(slash != std::string_view::npos &&
              (boundary == "distributed" || boundary == "distributed-tree"),
          std::string(subject) +
              " is not distributed: allowed are distributed/PREFIX-SUM and "
              "distributed-tree/PREFIX-SUM");
  return {.scan = boundary == "distributed" ? Scan::chain : Scan::tree,
          .prefix_sum = std::string(subject.substr(slash + 1))};
}

/// What each rank takes for the setting's gradient in scalar T.
template <class T>
std::vector<ThreadTeam::Use> uses_in(const Setting& setting, const Method& method) {
  ThreadTeam team(setting.ranks, true);
  Subject subject{.name = setting.subject, .summary = {}};
  subject.gradient.in<T>() = [&](const GradientTask<T>& task, GradientResult<T>& result) {
    chunked::distributed::gradient<T>(task, result, team, method);
  };
  Workload<T> workload(subject, setting, Sequences(setting.batch, setting.length));
  workload.run();
  return team.uses();
}

std::int64_t depth_of_scan(Index ranks, Scan scan) {
  ThreadTeam team(ranks);
  const auto work = [&](Communicator& communicator) {
    const double own = 1.0;
    double sum = 0.0;
    exclusive_scan<double>(communicator, scan, Direction::forward, {&own, 1}, {&sum, 1});
  };
  team.run(work, {});
  std::int64_t depth = 0;
  for (const ThreadTeam::Use& use : team.uses()) depth = std::max(depth, use.depth);
  return depth;
}

}  // namespace

Distributed count_distributed(const Setting& setting) {
  require_valid(setting);
  require(setting.ranks >= 1, "a distributed gradient needs at least 1 rank");
  const Method method = method_of(setting.subject);
  Distributed most;
  const auto numbers = [](const ThreadTeam::Use& use, Traffic traffic) {
    const std::int64_t bytes = use.sent.at(static_cast<std::size_t>(traffic)).bytes;
    return bytes / static_cast<std::int64_t>(chunked::distributed::packed_size<Counted>);
  };
  Counted::operations() = {};
  for (const ThreadTeam::Use& use : uses_in<Counted>(setting, method)) {
    most.numbers_forward = std::max(most.numbers_forward, numbers(use, Traffic::forward));
    most.numbers_backward = std::max(most.numbers_backward, numbers(use, Traffic::backward));
    most.critical_path = std::max(most.critical_path, use.path);
  }
  const Operations& all = Counted::operations();
  most.operations = all.additions + all.multiplications + all.divisions + all.elementary;
  most.messages_deep = depth_of_scan(setting.ranks, method.scan);
  for (const ThreadTeam::Use& use : uses_in<float>(setting, method)) {
    most.bytes_rank =
        std::max(most.bytes_rank, use.peak.of(MemoryTag::state) + use.peak.of(MemoryTag::slice));
  }
  return most;
}

}  // namespace slim::experiments
