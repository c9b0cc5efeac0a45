// SPDX-License-Identifier: Apache-2.0
#include "chunked/distributed/calls.hpp"

#include "chunked/attention/attention_slice.hpp"
#include "chunked/composition.hpp"
#include "chunked/distributed/attention.hpp"
#include "chunked/distributed/gradient.hpp"
#include "chunked/distributed/task_bytes.hpp"
#include "chunked/supported.hpp"

namespace slim::chunked::distributed {
namespace {

enum class Kind : std::uint32_t { gradient, attention };

/// The place of T in EachScalar.
template <class T>
constexpr std::uint32_t scalar_index() {
  if constexpr (std::is_same_v<T, float>) return 0;
  if constexpr (std::is_same_v<T, double>) return 1;
  if constexpr (std::is_same_v<T, Digits50>) return 2;
  if constexpr (std::is_same_v<T, Counted>) return 3;
  if constexpr (std::is_same_v<T, Float16>) return 4;
  return 5;
}

template <class T, class Task>
std::vector<std::byte> task_bytes(Kind kind, const Task& task, const Method& method) {
  TaskWriter to;
  to.value(kind);
  to.value(scalar_index<T>());
  to.value(method.scan);
  to.numbers(std::span<const char>(method.prefix_sum));
  write(to, task);
  return to.take();
}

template <class T>
void serve_in(Kind kind, TaskReader& from, const Method& method, Communicator& ranks) {
  if (kind == Kind::gradient) {
    const ReadGradientTask<T> read(from);
    GradientResult<T> result;
    work_on(read.task(), result, ranks, method);
  } else {
    const AttentionInputs<T> read = read_attention<T>(from);
    AttentionResult<T> result;
    work_on(read.task(), result, ranks, method);
  }
}

/// Runs on all ranks of the team; only rank 0 has the caller's result.
template <class T, class Task, class Result>
void run_on(Team& team, Kind kind, const Task& task, Result& result, const Method& method) {
  team.run(
      [&](Communicator& ranks) {
        Result of_this_rank;
        work_on(task, ranks.rank() == 0 ? result : of_this_rank, ranks, method);
      },
      [&] { return task_bytes<T>(kind, task, method); });
}

}  // namespace

template <class T>
void work_on(const GradientTask<T>& task, GradientResult<T>& result, Communicator& ranks,
             const Method& method) {
  using A = accumulator_t<T>;
  Exchange<A> exchange(ranks, method.scan);
  gradient<T>(task, result, exchange, *make_boundary<A>("bisected"),
              *make_prefix_sum<A>(method.prefix_sum));
}

template <class T>
void work_on(const AttentionTask<T>& task, AttentionResult<T>& result, Communicator& ranks,
             const Method& method) {
  using A = accumulator_t<T>;
  Exchange<A> exchange(ranks, method.scan);
  attention<T>(task, result, exchange, *make_prefix_sum<A>(method.prefix_sum));
}

template <class T>
void gradient(const GradientTask<T>& task, GradientResult<T>& result, Team& team,
              const Method& method) {
  require_valid(task);
  require_supported(task.model, task.sequences);
  run_on<T>(team, Kind::gradient, task, result, method);
}

template <class T>
void attention(const AttentionTask<T>& task, AttentionResult<T>& result, Team& team,
               const Method& method) {
  require_valid(task);
  require_own(task.conventions, task.feature_map);
  run_on<T>(team, Kind::attention, task, result, method);
}

void serve(std::span<const std::byte> task, Communicator& ranks) {
  TaskReader from(task);
  const auto kind = from.value<Kind>();
  const auto scalar = from.value<std::uint32_t>();
  Method method;
  method.scan = from.value<Scan>();
  const std::vector<char> prefix_sum = from.numbers<char>();
  method.prefix_sum.assign(prefix_sum.begin(), prefix_sum.end());
  switch (scalar) {
    case scalar_index<float>():
      return serve_in<float>(kind, from, method, ranks);
    case scalar_index<double>():
      return serve_in<double>(kind, from, method, ranks);
    case scalar_index<Digits50>():
      return serve_in<Digits50>(kind, from, method, ranks);
    case scalar_index<Counted>():
      return serve_in<Counted>(kind, from, method, ranks);
    case scalar_index<Float16>():
      return serve_in<Float16>(kind, from, method, ranks);
    case scalar_index<BFloat16>():
      return serve_in<BFloat16>(kind, from, method, ranks);
    default:
      throw RanksError("a task has an unknown scalar");
  }
}

template void gradient(const GradientTask<float>&, GradientResult<float>&, Team&, const Method&);
template void gradient(const GradientTask<double>&, GradientResult<double>&, Team&, const Method&);
template void gradient(const GradientTask<Digits50>&, GradientResult<Digits50>&, Team&,
                       const Method&);
template void gradient(const GradientTask<Counted>&, GradientResult<Counted>&, Team&,
                       const Method&);
template void gradient(const GradientTask<Float16>&, GradientResult<Float16>&, Team&,
                       const Method&);
template void gradient(const GradientTask<BFloat16>&, GradientResult<BFloat16>&, Team&,
                       const Method&);
template void attention(const AttentionTask<float>&, AttentionResult<float>&, Team&, const Method&);
template void attention(const AttentionTask<double>&, AttentionResult<double>&, Team&,
                        const Method&);
template void attention(const AttentionTask<Digits50>&, AttentionResult<Digits50>&, Team&,
                        const Method&);
template void attention(const AttentionTask<Counted>&, AttentionResult<Counted>&, Team&,
                        const Method&);
template void attention(const AttentionTask<Float16>&, AttentionResult<Float16>&, Team&,
                        const Method&);
template void attention(const AttentionTask<BFloat16>&, AttentionResult<BFloat16>&, Team&,
                        const Method&);

}  // namespace slim::chunked::distributed
