// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/statistics/exact_law.hpp"
#include "reference/vocabulary/model/state.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/keep_largest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <set>

namespace slim::experiments {
namespace {

struct OnRanks {
  const Setting& setting;
  const Distributed& cost;

  [[nodiscard]] bool one_slice() const { return setting.slice >= setting.length; }
  [[nodiscard]] Index rows() const { return setting.length / setting.ranks; }  ///< L/P
};

/// ⌊log₂ n⌋
std::int64_t depth_of_tree(Index n) {
  return std::bit_width(static_cast<std::uint64_t>(n)) - 1;
}

/// The claim's records of several ranks with as many rows each.
std::vector<OnRanks> on_ranks(const Claim& claim, std::span<const Record> records) {
  std::vector<OnRanks> found;
  for (const Record& record : records) {
    const auto* cost = std::get_if<Distributed>(&record.measured);
    const Setting& s = record.setting;
    if (cost == nullptr || !names_experiment(claim, record.experiment) ||
        s.subject != claim.subject || s.ranks < 2 || s.length % s.ranks != 0) {
      continue;
    }
    found.push_back({s, *cost});
  }
  return found;
}

/// The largest distance of a count from what the claim says of it.
Verdict from_distance(const Claim& claim, double distance, std::string evidence) {
  return {.claim = claim,
          .answer = distance <= 0.0 ? Answer::supported : Answer::refuted,
          .value = distance,
          .low = distance,
          .high = distance,
          .evidence = std::move(evidence)};
}

using Count = std::function<std::int64_t(const OnRanks&)>;

double largest_distance(const std::vector<OnRanks>& all, const Count& count,
                        const Count& expected) {
  double worst = 0.0;
  for (const OnRanks& one : all) {
    worst = std::max(worst, static_cast<double>(std::abs(count(one) - expected(one))));
  }
  return worst;
}

const OnRanks& most_ranks(const std::vector<OnRanks>& all) {
  return *std::ranges::max_element(all, {}, [](const OnRanks& one) { return one.setting.ranks; });
}

Verdict judge_numbers(const Claim& claim, const std::vector<OnRanks>& all) {
  std::set<Index> slices;
  for (const OnRanks& one : all) slices.insert(one.setting.slices());
  if (slices.size() < 2) {
    return inconclusive(claim, "records of parts with one slice and with several are missing");
  }
  // s k M (d + 1) of each sequence
  const Count one_state = [](const OnRanks& one) {
    return state_entries(one.setting.model, one.setting.batch);
  };
  const double distance =
      std::max(largest_distance(
                   all, [](const OnRanks& one) { return one.cost.numbers_forward; }, one_state),
               largest_distance(
                   all, [](const OnRanks& one) { return one.cost.numbers_backward; }, one_state));
  const Model& model = all.front().setting.model;
  return from_distance(
      claim, distance,
      fmt::format("{} settings with 2 to {} ranks; k M (d + 1) is {} here", all.size(),
                  most_ranks(all).setting.ranks, StateSizes(model).layer_entries()));
}

Verdict judge_depth(const Claim& claim, const std::vector<OnRanks>& all) {
  const double distance = largest_distance(
      all, [](const OnRanks& one) { return one.cost.messages_deep; },
      [](const OnRanks& one) { return depth_of_tree(one.setting.ranks); });
  return from_distance(claim, distance,
                       fmt::format("{} messages at {} ranks", most_ranks(all).cost.messages_deep,
                                   most_ranks(all).setting.ranks));
}

/// Fits a law to all counts; the distance is that of the counts which the fit left out, or, if it
/// is larger, the constant of the last term where that has to be absent.
Verdict judge_fit(const Claim& claim, Law law, const std::vector<CountOf>& counts,
                  const std::string& evidence, bool without_last_term = false) {
  const std::optional<ExactLaw> fit = fit_exact_law(law, counts);
  if (!fit) return inconclusive(claim, "records are missing: too few settings of " + claim.subject);
  double distance = fit->residual;
  if (without_last_term) keep_largest(distance, std::abs(fit->constants.back()));
  return from_distance(claim, distance,
                       fmt::format("{}, residual {:g} at {} counts held out; {}", fit->formula,
                                   fit->residual, fit->held_out, evidence));
}

/// Of the slices of a part, since the bytes of a rank may depend on nothing else.
Verdict judge_bytes(const Claim& claim, const std::vector<OnRanks>& all) {
  const bool in_slices = claim.slices == "several";
  std::vector<CountOf> counts;
  for (const OnRanks& one : all) {
    if (one.one_slice() == in_slices) continue;
    const Index rows = one.rows();
    // In slices, of their number in a part; otherwise of the rows of the single one.
    const Index over = in_slices ? (rows + one.setting.slice - 1) / one.setting.slice : rows;
    counts.push_back({over, over, one.cost.bytes_rank});
  }
  return judge_fit(claim, in_slices ? Law::logarithmic : Law::slice, counts,
                   in_slices ? "L is the number of slices of a part" : "C is the rows of a part");
}

/// In a chain of the rows of a part and P, in a tree of the rows and ⌈log₂ P⌉, without a term in L
/// or their product, which a path through all rows would have.
Verdict judge_path(const Claim& claim, const std::vector<OnRanks>& all) {
  const Law law = parse_law(claim.law);
  const bool in_tree = law == Law::slices_depth;
  std::vector<CountOf> counts;
  double largest_share = 0.0;
  for (const OnRanks& one : all) {
    if (!one.one_slice()) continue;
    const double ranks = static_cast<double>(one.setting.ranks);
    largest_share = std::max(largest_share, ranks * static_cast<double>(one.cost.critical_path) /
                                                static_cast<double>(one.cost.operations));
    counts.push_back(
        {one.setting.length, in_tree ? one.setting.ranks : one.rows(), one.cost.critical_path});
  }
  return judge_fit(claim, law, counts,
                   fmt::format("{}; at most {:.5g} times operations/P",
                               in_tree ? "C is P, and N the rows of a part"
                                       : "C is the rows of a part, and N is P",
                               largest_share),
                   true);
}

}  // namespace

Verdict judge_distributed(const Claim& claim, std::span<const Record> records) {
  const std::vector<OnRanks> all = on_ranks(claim, records);
  std::set<Index> ranks;
  for (const OnRanks& one : all) ranks.insert(one.setting.ranks);
  if (ranks.size() < 3) return inconclusive(claim, "records of three numbers of ranks are missing");
  if (claim.count == "numbers-sent") return judge_numbers(claim, all);
  if (claim.count == "messages-deep") return judge_depth(claim, all);
  if (claim.count == "bytes") return judge_bytes(claim, all);
  require(claim.count == "critical-path",
          "claim " + claim.name + ": count '" + claim.count +
              "' is unknown: allowed are numbers-sent, messages-deep, bytes, critical-path");
  return judge_path(claim, all);
}

}  // namespace slim::experiments
