// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/claims/process_memory.hpp"
#include "experiments/statistics/exact_law.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>

namespace slim::experiments {
namespace {

/// Of two slices, none is in the middle, where the states of both sweeps meet, so that the longest
/// chain of operations is another one.
constexpr Index fewest_slices_of_a_path = 3;

bool in_series(const Claim& claim, const Setting& setting) {
  if (claim.slices == "full") return setting.full_pass();
  if (claim.count == "critical-path" && setting.slices() < fewest_slices_of_a_path) return false;
  if (claim.slices == "one-row") return setting.slice == 1;
  if (claim.slices == "fixed") {
    return setting.slice == claim.row_multiple && !setting.full_pass();
  }
  require(claim.slices == "several", "claim " + claim.name +
                                         ": slices is full, one-row, fixed or several, not '" +
                                         claim.slices + "'");
  return setting.slice > 1 && !setting.full_pass() && setting.length % setting.slice == 0;
}

std::optional<std::int64_t> counted(const Claim& claim, const Measured& measured) {
  if (const auto* bytes = std::get_if<Bytes>(&measured); bytes != nullptr) {
    if (claim.count == "bytes") return bytes->state + bytes->slice + bytes->result;
    return std::nullopt;
  }
  const auto* operations = std::get_if<Operations>(&measured);
  if (operations == nullptr) return std::nullopt;
  if (claim.count == "critical-path") return operations->depth;
  if (claim.count == "multiplications") return operations->multiplications;
  require(claim.count == "bytes", "claim " + claim.name +
                                      ": count is multiplications, critical-path or bytes, not '" +
                                      claim.count + "'");
  return std::nullopt;
}

/// Trees over C rows have ⌈log₂ C⌉ levels when C is a power of 2. For any other C the critical path
/// lies between those at the adjacent powers of 2 with the same number of slices.
bool has_levels_between(const Claim& claim, const CountOf& count) {
  return parse_law(claim.law) == Law::slices_depth &&
         !std::has_single_bit(static_cast<std::uint64_t>(count.slice));
}

bool lies_between(const Claim& claim, const ExactLaw& fit, const CountOf& count) {
  const auto at = [&](std::uint64_t slice) {
    const auto C = static_cast<std::int64_t>(slice);
    return value_at(parse_law(claim.law), fit,
                    {.length = count.length / count.slice * C, .slice = C, .y = 0});
  };
  const auto C = static_cast<std::uint64_t>(count.slice);
  const auto y = static_cast<double>(count.y);
  return at(std::bit_floor(C)) <= y && y <= at(std::bit_ceil(C));
}

/// Whether nothing but the counted bytes of the series is taken. At fixed C this needs processes at
/// three lengths of one C, in the full pass three processes.
void judge_other_memory(const Claim& claim, std::span<const Record> records, Verdict& verdict) {
  constexpr double share = 0.05;
  constexpr std::size_t fewest = 3;
  const ProcessMemory memory = process_memory(
      records_of(claim, records, [&](const Setting& s) { return in_series(claim, s); }), share);
  const bool enough =
      memory.processes >= fewest && (memory.three_lengths || claim.slices == "full");
  if (!memory.against.empty()) {
    verdict.answer = Answer::refuted;
    verdict.evidence = memory.against;
  } else if (verdict.answer == Answer::supported && !enough) {
    verdict = inconclusive(claim, "records are missing: fresh processes at three lengths");
  } else if (verdict.answer == Answer::supported) {
    verdict.evidence += "; " + memory.evidence;
  }
}

}  // namespace

Verdict judge_law(const Claim& claim, std::span<const Record> records) {
  std::vector<CountOf> counts;
  std::vector<CountOf> between;
  for (const Record& record : records) {
    if (!names_experiment(claim, record.experiment) || record.setting.subject != claim.subject ||
        !in_series(claim, record.setting)) {
      continue;
    }
    const std::optional<std::int64_t> y = counted(claim, record.measured);
    if (!y) continue;
    const CountOf count{record.setting.length, record.setting.slice, *y};
    (has_levels_between(claim, count) ? between : counts).push_back(count);
  }
  const std::optional<ExactLaw> fit = fit_exact_law(parse_law(claim.law), counts);
  if (!fit) return inconclusive(claim, "records are missing: counts at more (L, C)");
  Verdict verdict{.claim = claim,
                  .answer = Answer::supported,
                  .value = fit->residual,
                  .low = fit->residual,
                  .high = fit->residual,
                  .evidence = {},
                  .measured = fmt::format("{} ({})", fit->formula, claim.count)};
  const auto off = std::find_if(between.begin(), between.end(), [&](const CountOf& count) {
    return !lies_between(claim, *fit, count);
  });
  if (!(fit->residual <= 0.0)) {
    verdict.answer = Answer::refuted;
    verdict.evidence =
        fmt::format("{} differs from {} by up to {:g}", claim.count, fit->formula, fit->residual);
  } else if (!(fit->constants.back() > 0.0)) {
    verdict.answer = Answer::refuted;
    verdict.evidence = fmt::format("{}: the leading term is missing", fit->formula);
  } else if (off != between.end()) {
    verdict.answer = Answer::refuted;
    verdict.evidence = fmt::format(
        "{} = {} at L = {}, C = {} is not between the values of {} at the adjacent powers of 2",
        claim.count, off->y, off->length, off->slice, fit->formula);
  } else {
    verdict.evidence = fmt::format("{} = {}, residual 0 at {} counts held out of the fit",
                                   claim.count, fit->formula, fit->held_out);
    if (!between.empty()) {
      verdict.evidence +=
          fmt::format("; {} counts where C is not a power of 2 are in between", between.size());
    }
  }
  if (claim.count == "bytes") judge_other_memory(claim, records, verdict);
  return verdict;
}

}  // namespace slim::experiments
