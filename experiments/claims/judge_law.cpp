#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/statistics/exact_law.hpp"
#include "reference/vocabulary/contract.hpp"

#include <fmt/format.h>

#include <optional>

namespace slim::experiments {
namespace {

bool in_series(const Claim& claim, const Setting& setting) {
  if (claim.slices == "full") return setting.full_pass();
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
  if (claim.count == "work") {
    return operations->additions + operations->multiplications + operations->divisions +
           operations->elementary;
  }
  require(claim.count == "bytes", "claim " + claim.name +
                                      ": count is work, multiplications, critical-path or bytes, "
                                      "not '" +
                                      claim.count + "'");
  return std::nullopt;
}

}  // namespace

Verdict judge_law(const Claim& claim, std::span<const Record> records) {
  std::vector<CountOf> counts;
  for (const Record& record : records) {
    if (!names_experiment(claim, record.experiment) || record.setting.subject != claim.subject ||
        !in_series(claim, record.setting)) {
      continue;
    }
    const std::optional<std::int64_t> y = counted(claim, record.measured);
    if (y) counts.push_back({record.setting.length, record.setting.slice, *y});
  }
  const std::optional<ExactLaw> fit = fit_exact_law(parse_law(claim.law), counts);
  if (!fit) return inconclusive(claim, "records are missing: counts at more (L, C)");
  Verdict verdict{.claim = claim,
                  .answer = Answer::supported,
                  .value = fit->residual,
                  .low = fit->residual,
                  .high = fit->residual,
                  .evidence = {},
                  .measured = fit->formula};
  if (!(fit->residual <= 0.0)) {
    verdict.answer = Answer::refuted;
    verdict.evidence =
        fmt::format("{} counts are off {} by up to {:g}", claim.count, fit->formula, fit->residual);
  } else if (!(fit->constants.back() > 0.0)) {
    verdict.answer = Answer::refuted;
    verdict.evidence = fmt::format("{}: the leading term is missing", fit->formula);
  } else {
    verdict.evidence = fmt::format("{} = {}, residual 0 at {} counts held out", claim.count,
                                   fit->formula, fit->held_out);
  }
  return verdict;
}

}  // namespace slim::experiments
