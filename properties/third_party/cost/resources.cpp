// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/cost/resources.hpp"

#include "properties/third_party/protocol/exchange.hpp"
#include "properties/third_party/sandbox/peak_watch.hpp"
#include "properties/third_party/sandbox/process_tree.hpp"
#include "reference/vocabulary/model/draw.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/task/attention_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

namespace slim::properties::foreign {
namespace {

constexpr Index vocabulary = 256;

/// The inner supervisor of a subject, which is the ancestor of its shell and daemons, too.
pid_t inner_supervisor_of(pid_t subject) {
  const ProcessEntry entry = entry_of(subject);
  if (entry.parent > 1) return entry.parent;
  throw SubjectError("ended after it answered", Failure::crash);
}

/// The sizes of one call.
struct CallSizes {
  Index length;
  Index slice;
  Index width;
};

/// Each call has inputs of its own, drawn with its number, so that an implementation cannot return
/// an answer that it kept from an earlier call.
constexpr std::uint64_t first_call_number = 1;
constexpr std::uint64_t warm_up_number = 2;
constexpr std::uint64_t first_timed_number = 3;

/// A call that can be repeated.
using Call = std::function<void(Session&)>;

const std::vector<FeatureKind>& maps_of_models(const Capabilities& can) {
  return can.model_feature_maps.empty() ? can.feature_maps : can.model_feature_maps;
}

/// The squares if they are in the list, else its first map.
FeatureMap map_among(const std::vector<FeatureKind>& kinds) {
  const bool has_squares =
      kinds.empty() || std::ranges::find(kinds, FeatureKind::square) != kinds.end();
  return {.kind = has_squares ? FeatureKind::square : kinds.front()};
}

/// Entries in [0, 1), from a seed.
template <class T>
Heads<T> uniform_heads(const HeadsSizes& sizes, std::uint32_t& state) {
  Heads<T> heads(sizes, MemoryTag::parameters);
  for (T& x : heads.values()) {
    state = state * 1664525U + 1013904223U;
    x = static_cast<T>(static_cast<double>(state >> 8) / 16777216.0);
  }
  return heads;
}

template <class T>
Call attention_call(CostedTask task, const ForeignSubject& foreign, const CallSizes& sizes,
                    std::uint64_t number) {
  const Capabilities& can = foreign.declaration.capabilities;
  const auto inputs = std::make_shared<AttentionInputs<T>>();
  const HeadsSizes rows{.batch = 1, .heads = 1, .rows = sizes.length, .cols = sizes.width};
  auto state = static_cast<std::uint32_t>(12345 * number);
  for (Heads<T>* heads : {&inputs->q, &inputs->k, &inputs->v}) {
    *heads = uniform_heads<T>(rows, state);
  }
  inputs->features_given = can.given_features;
  FeatureMap& map = inputs->feature_map;
  if (!can.given_features) map = map_among(can.feature_maps);
  map.own = map.kind == FeatureKind::own ? foreign.subject.capabilities.own_map.get() : nullptr;
  map.projected = !can.given_features && can.projects && !map.is_projected();
  if (map.is_projected()) {
    inputs->omega =
        uniform_heads<T>({.batch = 1, .heads = 1, .rows = sizes.width, .cols = sizes.width}, state);
  }
  if (task == CostedTask::pullback) {
    inputs->wants_pullback = true;
    inputs->out_cotangent = uniform_heads<T>(rows, state);
  }
  inputs->slice_length = sizes.slice;
  inputs->causal = can.causal;
  inputs->conventions =
      acting_on(foreign.declaration.attention_conventions, map, inputs->features_given);
  return [inputs](Session& session) {
    AttentionResult<T> result;
    exchange(session, inputs->task(), result);
  };
}

/// A model with its parameters and a sequence.
template <class T>
struct WholeModel {
  Model model;
  Parameters<T> theta;
  Projection<T> omega;
  Sequences sequences;
};

template <class T>
Call gradient_call(const ForeignSubject& foreign, const CallSizes& sizes, std::uint64_t number) {
  const Model model{.vocab_size = vocabulary,
                    .hidden_dim = sizes.width,
                    .layers = 1,
                    .ffn_dim = sizes.width,
                    .heads = 1,
                    .feature_map = map_among(maps_of_models(foreign.declaration.capabilities)),
                    .conventions = foreign.declaration.conventions};
  const auto whole = std::make_shared<const WholeModel<T>>(WholeModel<T>{
      .model = model,
      .theta = converted<T>(draw_parameters(model, number), model, MemoryTag::parameters),
      .omega = converted<T>(draw_projection(model, number), model),
      .sequences = draw_sequences(1, sizes.length, vocabulary, number)});
  return [whole, slice = sizes.slice](Session& session) {
    GradientResult<T> result;
    result.gradient = Parameters<T>(whole->model, MemoryTag::gradient);
    exchange(session,
             GradientTask<T>{.model = whole->model,
                             .theta = whole->theta,
                             .omega = whole->omega,
                             .sequences = whole->sequences,
                             .slice_length = slice},
             result);
  };
}

/// A call and its sizes.
struct SizedCall {
  CallSizes sizes;
  Call make;
};

template <class T>
SizedCall call_of(CostedTask task, const ForeignSubject& foreign, const CallSizes& sizes,
                  std::uint64_t number) {
  return {sizes, task == CostedTask::gradient ? gradient_call<T>(foreign, sizes, number)
                                              : attention_call<T>(task, foreign, sizes, number)};
}

/// Adds the sizes to the message of an error.
[[noreturn]] void throw_at_sizes(const SubjectError& error, const CallSizes& sizes) {
  throw SubjectError(fmt::format("{} at L = {}, C = {}", error.what(), sizes.length, sizes.slice),
                     error.failure());
}

double seconds_of_call(Session& session, const SizedCall& call) {
  const Clock::time_point start = Clock::now();
  try {
    call.make(session);
  } catch (const SubjectError& error) {
    throw_at_sizes(error, call.sizes);
  }
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The minimum over some calls with different numbers, after a warm-up call.
double least_seconds(const ForeignSubject& foreign,
                     const std::function<SizedCall(std::uint64_t)>& numbered, int repeats) {
  double least = INFINITY;
  with_session(*foreign.pool, [&](Session& session) {
    seconds_of_call(session, numbered(warm_up_number));
    for (int i = 0; i < repeats; ++i) {
      const SizedCall call = numbered(first_timed_number + static_cast<std::uint64_t>(i));
      least = std::min(least, seconds_of_call(session, call));
    }
  });
  return least;
}

/// The memory that the first call of its sizes needs in a process.
struct FirstCall {
  double bytes = 0.0;
  bool lost_sight = false;
};

/// Measured in a new process, so that memory kept for later calls counts, relative to a call of one
/// row, which is run twice before: once to load everything, and once to measure what it touches.
FirstCall first_call(const ForeignSubject& foreign, const SizedCall& one_row,
                     const SizedCall& call) {
  FirstCall first;
  with_fresh_session(*foreign.pool, [&](Session& session) {
    const auto watched = [&](const SizedCall& call_to_watch) {
      const Process& process = session.process();
      PeakWatch watch(inner_supervisor_of(process.pid()), process.scratch());
      seconds_of_call(session, call_to_watch);
      return watch.end();
    };
    seconds_of_call(session, one_row);
    const SeenPeak small = watched(one_row);
    const SeenPeak seen = watched(call);
    first = {.bytes = needed_bytes(seen, small), .lost_sight = seen.lost_sight};
  });
  return first;
}

/// The minimum over some processes, since workers of a pool that not every call reaches load their
/// libraries at different times.
FirstCall least_first_call(const ForeignSubject& foreign, const SizedCall& one_row,
                           const SizedCall& call, int processes) {
  FirstCall least = first_call(foreign, one_row, call);
  for (int i = 1; i < processes; ++i) {
    const FirstCall other = first_call(foreign, one_row, call);
    least.bytes = std::min(least.bytes, other.bytes);
    least.lost_sight = least.lost_sight || other.lost_sight;
  }
  return least;
}

}  // namespace

std::string_view name(CostedTask task) {
  constexpr std::array<std::string_view, 3> names = {"attention", "pullback", "gradient"};
  return names.at(static_cast<std::size_t>(task));
}

void require_valid(const ResourcePlan& plan) {
  require(plan.lengths.size() >= 3, "at least three lengths are required");
  for (std::size_t i = 1; i < plan.lengths.size(); ++i) {
    require(plan.lengths[i] == 2 * plan.lengths[i - 1],
            fmt::format("each length must be twice the one before, but {} comes after {}",
                        plan.lengths[i], plan.lengths[i - 1]));
  }
  require(!plan.slices.empty(), "at least one slice length is required");
  for (std::size_t i = 1; i < plan.slices.size(); ++i) {
    require(plan.slices[i] > plan.slices[i - 1],
            fmt::format("slice lengths must increase, but {} comes after {}", plan.slices[i],
                        plan.slices[i - 1]));
  }
}

Scalar costed_scalar(const ForeignSubject& foreign) {
  const std::vector<Scalar>& offered = foreign.declaration.scalars;
  const bool offers_float32 = std::ranges::find(offered, Scalar::float32) != offered.end();
  return offers_float32 ? Scalar::float32 : offered.front();
}

std::vector<CostedTask> costed_tasks(const ForeignSubject& foreign) {
  std::vector<CostedTask> tasks;
  const Scalar scalar = costed_scalar(foreign);
  if (foreign.subject.attention.offers(scalar)) {
    tasks.push_back(CostedTask::attention);
    if (foreign.declaration.capabilities.pullback) tasks.push_back(CostedTask::pullback);
  }
  const bool takes_a_map = !maps_of_models(foreign.declaration.capabilities).empty();
  if (foreign.subject.gradient.offers(scalar) && takes_a_map) {
    tasks.push_back(CostedTask::gradient);
  }
  return tasks;
}

std::vector<ResourceSample> planned_samples(const ForeignSubject& foreign,
                                            const ResourcePlan& plan) {
  require_valid(plan);
  const std::vector<CostedTask> tasks = costed_tasks(foreign);
  require(!tasks.empty(), "costs are measured for attention and whole models only");
  const Scalar scalar = costed_scalar(foreign);
  std::vector<ResourceSample> samples;
  for (const CostedTask task : tasks) {
    const auto add = [&](Index length, Index slice) {
      samples.push_back({.task = task, .scalar = scalar, .length = length, .slice_length = slice});
    };
    for (const Index length : plan.lengths) add(length, plan.slices.front());
    for (std::size_t i = 1; i < plan.slices.size(); ++i) add(plan.lengths.back(), plan.slices[i]);
  }
  return samples;
}

std::vector<ResourceSample> measure_resources(const ForeignSubject& foreign,
                                              const ResourcePlan& plan, const ResourceNews& news) {
  std::vector<ResourceSample> samples = planned_samples(foreign, plan);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    ResourceSample& sample = samples[i];
    if (news) news(sample, i, samples.size());
    const auto call = [&](Index length, std::uint64_t number) {
      const CallSizes sizes{.length = length, .slice = sample.slice_length, .width = plan.width};
      switch (sample.scalar) {
        case Scalar::float32:
          return call_of<float>(sample.task, foreign, sizes, number);
        case Scalar::float16:
          return call_of<Float16>(sample.task, foreign, sizes, number);
        case Scalar::bfloat16:
          return call_of<BFloat16>(sample.task, foreign, sizes, number);
        default:
          return call_of<double>(sample.task, foreign, sizes, number);
      }
    };
    const FirstCall first =
        least_first_call(foreign, call(1, first_call_number),
                         call(sample.length, first_call_number), plan.processes);
    sample.bytes_peak = first.bytes;
    sample.lost_sight = first.lost_sight;
    sample.seconds = least_seconds(
        foreign, [&](std::uint64_t number) { return call(sample.length, number); }, plan.repeats);
  }
  return samples;
}

}  // namespace slim::properties::foreign
