// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/cost/resource_claims.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

namespace slim::properties::foreign {
namespace {

constexpr double most_growth_of_slice = 2.2;
constexpr double most_growth_of_growth = 1.5;
constexpr double noise_bytes = 1 << 20;
constexpr double noise_bytes_of_growth = 4 << 20;
constexpr double bytes_of_token = 32.0;  ///< a token of 8 bytes, its target and a copy of both
constexpr double hidden_below = 2.0;
constexpr double linear_to = 5.5;
constexpr double refuted_from = 8.0;

std::vector<ResourceSample> over_lengths(const std::vector<ResourceSample>& samples,
                                         const ResourcePlan& plan) {
  std::vector<ResourceSample> chosen;
  for (const ResourceSample& sample : samples) {
    if (sample.slice_length == plan.slices.front()) chosen.push_back(sample);
  }
  return chosen;
}

/// The arrays of a row that form one copy, and the number of copies allowed per row.
struct FlatRule {
  double arrays;
  const char* words;
  double most_copies;
};

/// The inputs of a whole model are tokens, so nothing but these may grow over the lengths.
ResourceVerdict flat_in_length_of_models(const ResourceSample& first, const ResourceSample& last) {
  const double grown = last.bytes_peak - first.bytes_peak;
  const double most =
      noise_bytes + bytes_of_token * static_cast<double>(last.length - first.length);
  return {
      .claim = ResourceClaim::flat_in_length,
      .standing =
          grown <= most ? ResourceVerdict::Standing::supported : ResourceVerdict::Standing::refuted,
      .evidence = fmt::format("takes {:.0f} KiB more at L = {} than at L = {}; rule: at most "
                              "{:.0f} KiB, a megabyte of noise and {:g} bytes per token",
                              grown / 1024, last.length, first.length, most / 1024, bytes_of_token),
      .statistic_name = "bytes",
      .statistic = grown,
      .bound = most};
}

ResourceVerdict flat_in_length(const std::vector<ResourceSample>& lengths, Index width) {
  const ResourceSample& last = lengths.back();
  if (last.task == CostedTask::gradient) return flat_in_length_of_models(lengths.front(), last);
  const ResourceSample& before = lengths.at(lengths.size() - 2);
  const FlatRule rule = last.task == CostedTask::attention  // q, k, v, out
                            ? FlatRule{4.0, "arrays", 8.0}
                            : FlatRule{8.0, "arrays and their gradients", 6.0};
  const double number = last.scalar == Scalar::float64   ? 8.0
                        : last.scalar == Scalar::float32 ? 4.0
                                                         : 2.0;
  const double row = rule.arrays * number * static_cast<double>(width);
  const double copies = (last.bytes_peak - before.bytes_peak) /
                        (row * static_cast<double>(last.length - before.length));
  return {.claim = ResourceClaim::flat_in_length,
          .standing = copies <= rule.most_copies ? ResourceVerdict::Standing::supported
                                                 : ResourceVerdict::Standing::refuted,
          .evidence = fmt::format("takes {:.3g} copies of a row's {} per row; rule: at most {:g}",
                                  copies, rule.words, rule.most_copies),
          .statistic_name = "bytes",
          .statistic = copies,
          .bound = rule.most_copies};
}

/// Refutes the claim from samples of one length and increasing C, by the effect of doubling C, and
/// by the bytes per further row of a slice.
void judge_slices(const std::vector<ResourceSample>& samples, ResourceVerdict& verdict) {
  const auto refute = [&](const ResourceSample& at, double most, std::string evidence) {
    verdict.standing = ResourceVerdict::Standing::refuted;
    verdict.statistic = at.bytes_peak;
    verdict.bound = most;
    verdict.evidence = std::move(evidence);
  };
  for (std::size_t i = 1; i < samples.size(); ++i) {
    const ResourceSample& small = samples[i - 1];
    const ResourceSample& large = samples[i];
    const double doublings =
        static_cast<double>(large.slice_length) / static_cast<double>(small.slice_length) / 2.0;
    const double most = most_growth_of_slice * doublings * small.bytes_peak + noise_bytes;
    if (!(large.bytes_peak <= most)) {
      refute(large, most,
             fmt::format("takes {:.3g} bytes at C = {} and {:.3g} at C = {}", small.bytes_peak,
                         small.slice_length, large.bytes_peak, large.slice_length));
      return;
    }
    if (i < 2) continue;
    const ResourceSample& smallest = samples[i - 2];
    const auto rows = [](const ResourceSample& from, const ResourceSample& to) {
      return static_cast<double>(to.slice_length - from.slice_length);
    };
    const double grew = std::max(0.0, small.bytes_peak - smallest.bytes_peak);
    const double most_growth =
        most_growth_of_growth * grew * rows(small, large) / rows(smallest, small) +
        noise_bytes_of_growth;
    if (!(large.bytes_peak - small.bytes_peak <= most_growth)) {
      refute(large, small.bytes_peak + most_growth,
             fmt::format("takes {:.3g} bytes more at C = {} than at {}, and {:.3g} more at {} than "
                         "at {}",
                         large.bytes_peak - small.bytes_peak, large.slice_length,
                         small.slice_length, small.bytes_peak - smallest.bytes_peak,
                         small.slice_length, smallest.slice_length));
      return;
    }
  }
  verdict.evidence += "; at most proportional to C";
}

/// The claim on the samples of one task.
ResourceVerdict judged_alone(ResourceClaim claim, const std::vector<ResourceSample>& samples,
                             const ResourcePlan& plan) {
  using Standing = ResourceVerdict::Standing;
  const std::vector<ResourceSample> lengths = over_lengths(samples, plan);
  require(lengths.size() >= 3, "a claim needs samples of at least three lengths");
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
  if (std::ranges::any_of(samples, &ResourceSample::lost_sight)) {
    verdict.standing = Standing::not_judged;
    verdict.evidence =
        "one of its processes ended during a call, or it stopped the harness (SIGSTOP), so that "
        "its memory is unknown; keep processes alive from call to call";
    return verdict;
  }
  if (claim == ResourceClaim::flat_in_length || verdict.standing != Standing::supported) {
    return verdict;
  }
  std::vector<ResourceSample> slices = {lengths.back()};
  std::ranges::copy_if(samples, std::back_inserter(slices), [&](const ResourceSample& sample) {
    return sample.slice_length > plan.slices.front();
  });
  judge_slices(slices, verdict);
  return verdict;
}

/// Larger is worse for the claim.
int severity(const ResourceVerdict& verdict) {
  switch (verdict.standing) {
    case ResourceVerdict::Standing::supported:
      return 0;
    case ResourceVerdict::Standing::inconclusive:
      return 1;
    case ResourceVerdict::Standing::not_judged:
      return 2;
    case ResourceVerdict::Standing::refuted:
      break;
  }
  return 3;
}

double over_bound(const ResourceVerdict& verdict) {
  return verdict.statistic / verdict.bound;
}

}  // namespace

std::string_view name(ResourceVerdict::Standing standing) {
  constexpr std::array<std::string_view, 4> names = {"SUPPORTED", "REFUTED", "INCONCLUSIVE",
                                                     "NOT-JUDGED"};
  return names.at(static_cast<std::size_t>(standing));
}

ResourceVerdict judge_claim(ResourceClaim claim, const std::vector<ResourceSample>& samples,
                            const ResourcePlan& plan) {
  std::optional<ResourceVerdict> worst;
  for (const CostedTask task :
       {CostedTask::attention, CostedTask::pullback, CostedTask::gradient}) {
    std::vector<ResourceSample> of_task;
    std::ranges::copy_if(samples, std::back_inserter(of_task),
                         [task](const ResourceSample& sample) { return sample.task == task; });
    if (of_task.empty()) continue;
    ResourceVerdict verdict = judged_alone(claim, of_task, plan);
    if (of_task.size() < samples.size()) {
      verdict.evidence = fmt::format("{}: {}", name(task), verdict.evidence);
    }
    if (worst && severity(verdict) == severity(*worst)) {
      const std::string both = worst->evidence + "; " + verdict.evidence;
      if (over_bound(verdict) > over_bound(*worst)) worst = std::move(verdict);
      worst->evidence = both;
    } else if (!worst || severity(verdict) > severity(*worst)) {
      worst = std::move(verdict);
    }
  }
  require(worst.has_value(), "a claim needs samples");
  return *worst;
}

}  // namespace slim::properties::foreign
