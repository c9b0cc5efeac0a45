// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/judges.hpp"
#include "experiments/statistics/affine.hpp"

#include <fmt/format.h>

#include <limits>
#include <vector>

namespace slim::experiments {
namespace {

struct Kind {
  const char* name;
  std::int64_t Operations::*count;
};
constexpr Kind kinds[] = {{"multiplications", &Operations::multiplications},
                          {"additions", &Operations::additions},
                          {"divisions", &Operations::divisions},
                          {"elementary functions", &Operations::elementary}};

bool belongs(const Record& record, const Claim& claim, bool full_pass) {
  return record.experiment == "length" && record.setting.subject == claim.subject &&
         record.setting.full_pass() == full_pass;
}

std::vector<CountAt> counts(const Claim& claim, std::span<const Record> records, bool full_pass,
                            const Kind& kind) {
  std::vector<CountAt> result;
  for (const Record& record : records) {
    const auto* operations = std::get_if<Operations>(&record.measured);
    if (operations != nullptr && belongs(record, claim, full_pass)) {
      result.push_back({.x = record.setting.length, .y = operations->*kind.count});
    }
  }
  return result;
}

}  // namespace

Verdict judge_serial(const Claim& claim, std::span<const Record> records) {
  Verdict verdict{.claim = claim,
                  .answer = Answer::supported,
                  .value = 0.0,
                  .low = 0.0,
                  .high = 0.0,
                  .evidence = {}};
  std::string against;
  std::string missing;
  std::string lines;
  for (const bool full_pass : {false, true}) {
    const char* where = full_pass ? "at C = L" : "at fixed C";
    for (const Kind& kind : kinds) {
      const auto fit = fit_affine(counts(claim, records, full_pass, kind));
      if (!fit.has_value()) {
        missing = fmt::format("{}{}three lengths {}", missing, missing.empty() ? "" : ", ", where);
        break;
      }
      verdict.value = std::max(verdict.value, fit->residual);
      if (!(fit->residual <= 0.0)) {
        against += fmt::format("{}{} {} differ from a line in L by {:.0f}",
                               against.empty() ? "" : "; ", kind.name, where, fit->residual);
      }
      if (kind.count == &Operations::multiplications) {
        lines +=
            fmt::format("{}{} {:g} multiplications per position, residual 0 at {} lengths held out",
                        lines.empty() ? "" : "; ", where, fit->slope, fit->held_out);
      }
    }
  }
  verdict.low = verdict.high = verdict.value;
  if (!against.empty()) {
    verdict.answer = Answer::refuted;
    verdict.evidence = against;
  } else if (!missing.empty()) {
    verdict.answer = Answer::inconclusive;
    verdict.value = verdict.low = verdict.high = std::numeric_limits<double>::quiet_NaN();
    verdict.evidence = "counts are missing: " + missing;
  } else {
    verdict.evidence = lines;
  }
  return verdict;
}

}  // namespace slim::experiments
