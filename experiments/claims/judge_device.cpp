// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"

#include <fmt/format.h>

#include <map>

namespace slim::experiments {

namespace {

/// Largest difference from another subject's gradient. Gradients of 2^20 tokens in float32 agree to
/// about 1e-4; those of a part of the tokens differ by about their norm.
constexpr double most_difference = 0.01;

/// Whether the longest gradients of the claim's subject are right, and the first that is not.
struct Checked {
  std::string wrong = {};
  std::string unknown = {};

  void add(const Setting& setting, const Longest& longest) {
    if (longest.length == 0) return;
    const std::string at = fmt::format("the gradient of {} tokens in {} MiB", longest.length,
                                       setting.memory_cap >> 20);
    if (longest.compared_with.empty()) {
      unknown = at + " was not compared with another subject's";
    } else if (!(longest.difference <= most_difference)) {
      wrong = fmt::format("{} differs from that of {} by {:.2g} of its norm, more than {:g}", at,
                          longest.compared_with, longest.difference, most_difference);
    }
  }
  void apply(Verdict& verdict) const {
    if (!wrong.empty()) {
      verdict.answer = Answer::refuted;
      verdict.evidence = wrong;
    } else if (!unknown.empty() && verdict.answer == Answer::supported) {
      verdict.answer = Answer::inconclusive;
      verdict.evidence += "; " + unknown;
    }
  }
};

/// Longest sequences under one cap; −1: not measured.
struct Reach {
  std::int64_t full = -1;
  std::int64_t sliced = -1;
  std::int64_t most = 0;  ///< longest sequence tried in slices

  /// The longest sequence tried completes, so the ratio is a lower bound.
  [[nodiscard]] bool at_end() const { return sliced == most; }
  [[nodiscard]] double ratio() const {
    return static_cast<double>(sliced) / static_cast<double>(full);
  }
};

}  // namespace

Verdict judge_device(const Claim& claim, std::span<const Record> records) {
  std::map<std::int64_t, Reach> caps;
  Checked checked;
  for (const Record& record : records) {
    const auto* longest = std::get_if<Longest>(&record.measured);
    if (longest == nullptr || !names_experiment(claim, record.experiment) ||
        record.setting.subject != claim.subject) {
      continue;
    }
    checked.add(record.setting, *longest);
    Reach& reach = caps[record.setting.memory_cap];
    if (record.setting.full_pass()) {
      reach.full = longest->length;
    } else {
      reach.sliced = longest->length;
      reach.most = record.setting.length;
    }
  }
  double least = std::numeric_limits<double>::infinity();
  double most = 0.0;
  std::string results;
  std::string open;
  bool short_of = false;
  for (const auto& [cap, reach] : caps) {
    const std::int64_t mebibytes = cap >> 20;
    const auto leave_open = [&](const char* why) {
      open += fmt::format("{}{} MiB: {}", open.empty() ? "" : "; ", mebibytes, why);
    };
    if (reach.full < 0 || reach.sliced < 0) {
      leave_open(reach.full < 0 ? "records of the full pass are missing"
                                : "records of slices are missing");
      continue;
    }
    if (reach.full == 0) {
      leave_open("the shortest full pass fails, so there is no ratio");
      continue;
    }
    least = std::min(least, reach.ratio());
    most = std::max(most, reach.ratio());
    if (!(reach.ratio() >= claim.bound)) {
      short_of = short_of || !reach.at_end();
      if (reach.at_end()) leave_open("no longer sequence was tried in slices");
    }
    results += fmt::format("{}{} MiB: {} in slices{}, {} in the full pass",
                           results.empty() ? "" : "; ", mebibytes, reach.sliced,
                           reach.at_end() ? " (the longest sequence tried: a lower bound)" : "",
                           reach.full);
  }
  if (results.empty()) {
    return inconclusive(
        claim, open.empty() ? "records are missing: slices and the full pass under one cap" : open);
  }
  Verdict verdict{.claim = claim,
                  .answer = Answer::supported,
                  .value = least,
                  .low = least,
                  .high = most,
                  .evidence = results};
  if (!open.empty()) {
    verdict.answer = Answer::inconclusive;
    verdict.evidence += "; undecided, " + open;
  }
  if (short_of) verdict.answer = Answer::refuted;
  checked.apply(verdict);
  return verdict;
}

Verdict judge_reach(const Claim& claim, std::span<const Record> records) {
  std::int64_t reached = -1;
  std::int64_t tried = 0;
  std::int64_t slice = 0;
  Checked checked;
  for (const Record& record : records) {
    const auto* longest = std::get_if<Longest>(&record.measured);
    const Setting& setting = record.setting;
    if (longest == nullptr || !names_experiment(claim, record.experiment) ||
        setting.subject != claim.subject || setting.full_pass() ||
        static_cast<double>(setting.memory_cap) > claim.cap_mebibytes * (1 << 20)) {
      continue;
    }
    checked.add(setting, *longest);
    tried = std::max<std::int64_t>(tried, setting.length);
    if (longest->length <= reached) continue;
    reached = longest->length;
    slice = setting.slice;
  }
  if (reached < 0)
    return inconclusive(claim, "records are missing: slices in a process within the cap");
  const auto length = static_cast<double>(reached);
  Verdict verdict{.claim = claim,
                  .answer = length >= claim.bound ? Answer::supported : Answer::refuted,
                  .value = length,
                  .low = length,
                  .high = reached == tried ? std::numeric_limits<double>::infinity() : length,
                  .evidence = fmt::format(
                      "{} tokens in slices of {} in {:g} MiB of address space{}", reached, slice,
                      claim.cap_mebibytes,
                      reached == tried ? " (the longest sequence tried: a lower bound)" : "")};
  if (!(length >= claim.bound) && reached == tried) verdict.answer = Answer::inconclusive;
  checked.apply(verdict);
  return verdict;
}

}  // namespace slim::experiments
