#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"

#include <fmt/format.h>

#include <map>

namespace slim::experiments {

Verdict judge_device(const Claim& claim, std::span<const Record> records) {
  struct Reach {
    std::int64_t full = -1;
    std::int64_t sliced = -1;
    std::int64_t most = 0;  ///< longest that was tried
  };
  std::map<std::int64_t, Reach> caps;
  for (const Record& record : records) {
    const auto* longest = std::get_if<Longest>(&record.measured);
    if (longest == nullptr || record.setting.subject != claim.subject) continue;
    Reach& reach = caps[record.setting.memory_cap];
    (record.setting.full_pass() ? reach.full : reach.sliced) = longest->length;
    reach.most = record.setting.length;
  }
  double least = std::numeric_limits<double>::infinity();
  double most = 0.0;
  std::string told;
  bool cut = false;
  bool short_of = false;
  for (const auto& [cap, reach] : caps) {
    if (reach.full < 0 || reach.sliced < 0) continue;
    // What reaches the longest that was tried would reach further: its ratio is a lower bound.
    const double ratio = static_cast<double>(reach.sliced) /
                         static_cast<double>(std::max<std::int64_t>(reach.full, 32));
    least = std::min(least, ratio);
    most = std::max(most, ratio);
    const bool at_end = reach.sliced == reach.most;
    cut = cut || (at_end && !(ratio >= claim.bound));
    short_of = short_of || (!at_end && !(ratio >= claim.bound));
    told += fmt::format("{}{} MiB: {} in slices{}, {} in the full pass", told.empty() ? "" : "; ",
                        cap >> 20, reach.sliced,
                        at_end ? " (the longest tried: a lower bound)" : "", reach.full);
  }
  if (told.empty()) return inconclusive(claim, "records are missing: a cap with both");
  Verdict verdict{.claim = claim,
                  .answer = Answer::supported,
                  .value = least,
                  .low = least,
                  .high = most,
                  .evidence = told};
  if (cut) verdict.answer = Answer::inconclusive;
  if (short_of) verdict.answer = Answer::refuted;
  return verdict;
}

Verdict judge_reach(const Claim& claim, std::span<const Record> records) {
  std::int64_t reached = -1;
  std::int64_t tried = 0;
  std::int64_t slice = 0;
  for (const Record& record : records) {
    const auto* longest = std::get_if<Longest>(&record.measured);
    const Setting& setting = record.setting;
    if (longest == nullptr || setting.subject != claim.subject || setting.full_pass() ||
        static_cast<double>(setting.memory_cap) > claim.cap_mebibytes * (1 << 20)) {
      continue;
    }
    tried = std::max<std::int64_t>(tried, setting.length);
    if (longest->length <= reached) continue;
    reached = longest->length;
    slice = setting.slice;
  }
  if (reached < 0) return inconclusive(claim, "records are missing: slices in so small a process");
  const auto length = static_cast<double>(reached);
  Verdict verdict{
      .claim = claim,
      .answer = length >= claim.bound ? Answer::supported : Answer::refuted,
      .value = length,
      .low = length,
      .high = reached == tried ? std::numeric_limits<double>::infinity() : length,
      .evidence = fmt::format("{} tokens in slices of {} in {:g} MiB of address space{}", reached,
                              slice, claim.cap_mebibytes,
                              reached == tried ? " (the longest tried: a lower bound)" : "")};
  if (!(length >= claim.bound) && reached == tried) verdict.answer = Answer::inconclusive;
  return verdict;
}

}  // namespace slim::experiments
