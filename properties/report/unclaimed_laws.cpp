// SPDX-License-Identifier: Apache-2.0
#include "properties/report/unclaimed_laws.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace slim::properties {
namespace {

/// What is not claimed. Feature maps are combined, since which one a case has says little.
std::string what_is_missing(std::string reason) {
  if (reason.starts_with(unclaimed_opening)) reason.erase(0, unclaimed_opening.size());
  return reason.starts_with(unclaimed_feature_map) ? "other feature maps" : reason;
}

}  // namespace

bool UnclaimedLaws::has(std::string_view law) const {
  return std::ranges::find(names, law) != names.end();
}

UnclaimedLaws unclaimed_laws(const RunResult& result) {
  UnclaimedLaws laws;
  std::vector<std::string> claimed;
  for (const Verdict& verdict : result.verdicts) {
    std::vector<std::string>& names = verdict.unclaimed() ? laws.names : claimed;
    if (std::ranges::find(names, verdict.law) == names.end()) names.push_back(verdict.law);
  }
  std::erase_if(laws.names, [&](const std::string& name) {
    return std::ranges::find(claimed, name) != claimed.end();
  });
  laws.of = static_cast<int>(laws.names.size() + claimed.size());
  for (const Verdict& verdict : result.verdicts) {
    if (!laws.has(verdict.law)) continue;
    laws.checks += verdict.tally.cases;
    for (const auto& [reason, count] : verdict.tally.skipped) {
      laws.reasons[what_is_missing(reason)] += count;
    }
  }
  return laws;
}

std::string headline(const UnclaimedLaws& laws) {
  return fmt::format("not claimed: {} of {} laws, {} checks", laws.names.size(), laws.of,
                     laws.checks);
}

std::string reasons_in_words(const UnclaimedLaws& laws) {
  std::vector<std::pair<std::string, int>> reasons(laws.reasons.begin(), laws.reasons.end());
  std::ranges::stable_sort(reasons, std::ranges::greater(), &std::pair<std::string, int>::second);
  std::vector<std::string> words;
  words.reserve(reasons.size());
  for (const auto& [reason, count] : reasons)
    words.push_back(fmt::format("{} ({})", reason, count));
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace slim::properties
