#include "properties/foreign/resources.hpp"

#include "properties/foreign/exchange.hpp"
#include "properties/foreign/host/process_tree.hpp"
#include "reference/vocabulary/attention_inputs.hpp"
#include "reference/vocabulary/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace slim::properties::foreign {
namespace {

constexpr double most_copies = 8.0;
constexpr double most_growth_of_slice = 2.2;
constexpr double noise_bytes = 1 << 20;
constexpr double hidden_below = 2.0;
constexpr double linear_to = 5.5;
constexpr double refuted_from = 8.0;
constexpr double arrays_of_a_row = 4.0;  ///< q, k, v, out

/// Of a subject, which a shell may stand before and daemons beside: all are below its keeper.
pid_t keeper_of(pid_t subject) {
  for (const ProcessEntry& entry : all_processes()) {
    if (entry.pid == subject && entry.parent > 1) return entry.parent;
  }
  throw std::runtime_error("the subject's keeper cannot be found in /proc");
}

/// "VmHWM:    1234 kB" of /proc/PID/status, in bytes; 0 when it is not there.
double status_bytes(int pid, const std::string& field) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(field + ":")) continue;
    std::istringstream words(line.substr(field.size() + 1));
    double kilobytes = 0.0;
    words >> kilobytes;
    return 1024.0 * kilobytes;
  }
  return 0.0;
}

double status_bytes(const std::vector<pid_t>& tree, const std::string& field) {
  double sum = 0.0;
  for (const int pid : tree) sum += status_bytes(pid, field);
  return sum;
}

void reset_peaks_of(const std::vector<pid_t>& tree) {
  for (const int pid : tree) {
    std::ofstream("/proc/" + std::to_string(pid) + "/clear_refs") << "5";
  }
}

AttentionInputs<float> question_of(const ForeignSubject& foreign, Index length, Index slice,
                                   Index width) {
  AttentionInputs<float> inputs;
  std::uint32_t state = 12345;
  for (Heads<float>* heads : {&inputs.q, &inputs.k, &inputs.v}) {
    *heads = Heads<float>({.batch = 1, .heads = 1, .rows = length, .cols = width},
                          MemoryTag::parameters);
    for (float& x : heads->values()) {
      state = state * 1664525U + 1013904223U;
      x = static_cast<float>(state >> 8) / 16777216.0F;
    }
  }
  inputs.features_given = foreign.declaration.capabilities.given_features;
  inputs.slice_length = slice;
  inputs.causal = foreign.declaration.capabilities.causal;
  inputs.conventions = acting_on(foreign.declaration.attention_conventions, FeatureKind::square,
                                 inputs.features_given);
  return inputs;
}

/// What a subject does wrong at sizes of which its message says nothing.
[[noreturn]] void throw_at_sizes(const SubjectError& error, const AttentionInputs<float>& inputs) {
  throw SubjectError(
      fmt::format("{} at L = {}, C = {}", error.what(), inputs.v.sizes().rows, inputs.slice_length),
      error.failure());
}

double seconds_of_call(Session& session, const AttentionInputs<float>& inputs) {
  AttentionResult<float> result;
  const Clock::time_point start = Clock::now();
  try {
    exchange(session, inputs.task(), result);
  } catch (const SubjectError& error) {
    throw_at_sizes(error, inputs);
  }
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The least of some calls, after one that warms up.
double least_seconds(const ForeignSubject& foreign, const AttentionInputs<float>& inputs,
                     int repeats) {
  double least = INFINITY;
  with_session(*foreign.pool, [&](Session& session) {
    seconds_of_call(session, inputs);
    for (int i = 0; i < repeats; ++i) least = std::min(least, seconds_of_call(session, inputs));
  });
  return least;
}

/// Peak of the first call of these sizes in a process of its own, beyond what that holds after a
/// call of one row, which loads what every call needs: what is kept for later calls counts.
double first_peak(const ForeignSubject& foreign, const AttentionInputs<float>& one_row,
                  const AttentionInputs<float>& inputs) {
  double peak = 0.0;
  with_fresh_session(*foreign.pool, [&](Session& session) {
    seconds_of_call(session, one_row);
    const pid_t keeper = keeper_of(session.process().pid());
    const std::vector<pid_t> tree = listed_below(keeper);
    const double before = status_bytes(tree, "VmRSS");
    if (!(before > 0.0)) throw std::runtime_error("the subject's memory cannot be read in /proc");
    reset_peaks_of(tree);
    seconds_of_call(session, inputs);
    peak = status_bytes(listed_below(keeper), "VmHWM") - before;
  });
  return std::max(0.0, peak);
}

std::vector<ResourceSample> over_lengths(const std::vector<ResourceSample>& samples,
                                         const ResourcePlan& plan) {
  std::vector<ResourceSample> chosen;
  for (const ResourceSample& sample : samples) {
    if (sample.slice_length == plan.slices.front()) chosen.push_back(sample);
  }
  return chosen;
}

ResourceVerdict flat_in_length(const std::vector<ResourceSample>& lengths, Index width) {
  const ResourceSample& last = lengths.back();
  const ResourceSample& before = lengths.at(lengths.size() - 2);
  const double row = arrays_of_a_row * 4.0 * static_cast<double>(width);
  const double copies = (last.bytes_peak - before.bytes_peak) /
                        (row * static_cast<double>(last.length - before.length));
  return {.claim = ResourceClaim::flat_in_length,
          .standing = copies <= most_copies ? ResourceVerdict::Standing::supported
                                            : ResourceVerdict::Standing::refuted,
          .evidence = fmt::format("takes {:.3g} copies of a row's arrays a row; rule: at most {:g}",
                                  copies, most_copies),
          .statistic_name = "bytes",
          .statistic = copies,
          .bound = most_copies};
}

}  // namespace

std::string_view name(ResourceVerdict::Standing standing) {
  constexpr std::array<std::string_view, 3> names = {"SUPPORTED", "REFUTED", "INCONCLUSIVE"};
  return names.at(static_cast<std::size_t>(standing));
}

bool measures_resources_of(const ForeignSubject& foreign) {
  const Capabilities& can = foreign.declaration.capabilities;
  return foreign.subject.attention.offers(Scalar::float32) &&
         (can.given_features || can.takes(FeatureKind::square));
}

std::vector<ResourceSample> measure_resources(const ForeignSubject& foreign,
                                              const ResourcePlan& plan) {
  require(measures_resources_of(foreign),
          "resources are measured on attention in float32 over features that are given, or sqr");
  std::vector<ResourceSample> samples;
  const auto sample = [&](Index length, Index slice) {
    const AttentionInputs<float> inputs = question_of(foreign, length, slice, plan.width);
    const AttentionInputs<float> one_row = question_of(foreign, 1, slice, plan.width);
    samples.push_back({.length = length,
                       .slice_length = slice,
                       .bytes_peak = first_peak(foreign, one_row, inputs),
                       .seconds = least_seconds(foreign, inputs, plan.repeats)});
  };
  for (const Index length : plan.lengths) sample(length, plan.slices.front());
  for (std::size_t i = 1; i < plan.slices.size(); ++i) sample(plan.lengths.back(), plan.slices[i]);
  return samples;
}

ResourceVerdict judge_claim(ResourceClaim claim, const std::vector<ResourceSample>& samples,
                            const ResourcePlan& plan) {
  using Standing = ResourceVerdict::Standing;
  const std::vector<ResourceSample> lengths = over_lengths(samples, plan);
  require(lengths.size() >= 3, "a claim is judged on at least three lengths");
  if (claim == ResourceClaim::linear_time) {
    const std::size_t n = lengths.size();
    const double ratio = lengths[n - 1].seconds / lengths[n - 3].seconds;
    const Standing standing = ratio >= hidden_below && ratio <= linear_to ? Standing::supported
                              : ratio >= refuted_from                     ? Standing::refuted
                                                                          : Standing::inconclusive;
    return {claim,
            standing,
            fmt::format("takes {:.3g} times as long after the last two doublings of L; rule: {:g} "
                        "to {:g}, refuted from {:g}",
                        ratio, hidden_below, linear_to, refuted_from),
            "seconds",
            ratio,
            linear_to};
  }
  ResourceVerdict verdict = flat_in_length(lengths, plan.width);
  verdict.claim = claim;
  if (claim == ResourceClaim::flat_in_length || verdict.standing != Standing::supported) {
    return verdict;
  }
  double least = lengths.back().bytes_peak;
  Index slice = lengths.back().slice_length;
  for (const ResourceSample& sample : samples) {
    if (sample.slice_length <= slice) continue;
    const double doublings =
        static_cast<double>(sample.slice_length) / static_cast<double>(slice) / 2.0;
    const double most = most_growth_of_slice * doublings * least + noise_bytes;
    if (!(sample.bytes_peak <= most)) {
      verdict.standing = Standing::refuted;
      verdict.statistic = sample.bytes_peak;
      verdict.bound = most;
      verdict.evidence = fmt::format("takes {:.3g} bytes at C = {} and {:.3g} at C = {}", least,
                                     slice, sample.bytes_peak, sample.slice_length);
      return verdict;
    }
    least = sample.bytes_peak;
    slice = sample.slice_length;
  }
  verdict.evidence += "; doubling C at most doubles the peak";
  return verdict;
}

}  // namespace slim::properties::foreign
