// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/claims/process_memory.hpp"
#include "experiments/statistics/crossing.hpp"
#include "experiments/statistics/median.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <vector>

namespace slim::experiments {
namespace {

/// Samples by length.
using Costs = std::map<Index, std::vector<double>>;

std::optional<double> cost_of(const Claim& claim, const Measured& measured) {
  require(claim.count == "bytes" || claim.count == "seconds",
          "claim " + claim.name + ": count is '" + claim.count + "': allowed are bytes, seconds");
  if (const auto* bytes = std::get_if<Bytes>(&measured); bytes && claim.count == "bytes") {
    return counted_bytes(*bytes);
  }
  if (const auto* time = std::get_if<Seconds>(&measured); time && claim.count == "seconds") {
    return time->seconds;
  }
  return std::nullopt;
}

std::vector<CostPair> paired(const Costs& softmax, const Costs& performer) {
  std::vector<CostPair> pairs;
  for (const auto& [length, samples] : softmax) {
    const auto other = performer.find(length);
    if (other == performer.end()) continue;
    pairs.push_back({static_cast<double>(length), median(samples), median(other->second)});
  }
  return pairs;
}

std::string in_words(const Crossing& crossing) {
  if (crossing.low <= 0.0) return fmt::format("already at L = {:g}", crossing.high);
  return fmt::format("from L = {:.0f} on, between {:g} and {:g}", crossing.size, crossing.low,
                     crossing.high);
}

}  // namespace

Verdict judge_crossing(const Claim& claim, std::span<const Record> records) {
  Costs softmax;
  Costs whole;
  Costs sliced;
  for (const Record& record : records) {
    if (!names_experiment(claim, record.experiment)) continue;
    const std::optional<double> cost = cost_of(claim, record.measured);
    const Setting& setting = record.setting;
    if (!cost || (setting.subject != "softmax" && setting.subject != claim.subject)) continue;
    if (!(std::isfinite(*cost) && *cost > 0.0)) {
      return inconclusive(claim, fmt::format("a cost is {}: {}", *cost, summary(setting)));
    }
    if (setting.subject == "softmax") {
      softmax[setting.length].push_back(*cost);
      continue;
    }
    if (setting.full_pass()) whole[setting.length].push_back(*cost);
    // A sequence no longer than a slice is one slice.
    const bool one_slice = setting.full_pass() && setting.length <= claim.row_multiple;
    if (setting.slice == claim.row_multiple || one_slice) sliced[setting.length].push_back(*cost);
  }
  const std::vector<CostPair> full_pairs = paired(softmax, whole);
  if (full_pairs.size() < 3) {
    return inconclusive(
        claim, "records are missing: softmax attention and the full pass at three lengths");
  }
  const std::optional<Crossing> full = find_crossing(full_pairs);
  if (!full) {
    Verdict verdict = inconclusive(
        claim, fmt::format(
                   "softmax attention takes fewer {} up to L = {:g}, the longest sequence measured",
                   claim.count, full_pairs.back().size));
    verdict.answer = Answer::refuted;
    return verdict;
  }
  if (full->low <= 0.0) {
    return inconclusive(
        claim, fmt::format("the full pass takes fewer {} {}: no shorter sequence was measured",
                           claim.count, in_words(*full)));
  }
  std::string evidence =
      fmt::format("the full pass takes fewer {} {}", claim.count, in_words(*full));
  if (const std::optional<Crossing> slices = find_crossing(paired(softmax, sliced))) {
    evidence += fmt::format("; slices of {} do {}", claim.row_multiple, in_words(*slices));
  }
  return {.claim = claim,
          .answer = Answer::supported,
          .value = full->size,
          .low = full->low,
          .high = full->high,
          .evidence = evidence};
}

}  // namespace slim::experiments
