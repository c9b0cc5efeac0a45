// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/claims/process_memory.hpp"
#include "experiments/statistics/affine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

namespace slim::experiments {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The measurements of one series.
using Series = std::vector<std::pair<Setting, Bytes>>;

Series series_of(const Claim& claim, std::span<const Record> records, std::string_view experiment,
                 bool full_pass) {
  Series series;
  for (const Record& record : records) {
    const auto* bytes = std::get_if<Bytes>(&record.measured);
    if (bytes != nullptr && record.experiment == experiment &&
        record.setting.subject == claim.subject && record.setting.full_pass() == full_pass) {
      series.emplace_back(record.setting, *bytes);
    }
  }
  return series;
}

template <class Size, class Count>
std::vector<CountAt> counts(const Series& series, Size size, Count count) {
  std::vector<CountAt> result;
  for (const auto& [setting, bytes] : series) {
    result.push_back({.x = size(setting), .y = count(bytes)});
  }
  return result;
}

std::int64_t spread(const std::vector<CountAt>& counts) {
  const auto [low, high] = std::minmax_element(
      counts.begin(), counts.end(), [](const CountAt& a, const CountAt& b) { return a.y < b.y; });
  return counts.empty() ? 0 : high->y - low->y;
}

bool spans(const Claim& claim, const std::vector<CountAt>& counts) {
  const auto has = [&](long long size) {
    return std::any_of(counts.begin(), counts.end(),
                       [size](const CountAt& count) { return count.x == size; });
  };
  return counts.size() >= 3 && has(claim.shortest) && has(claim.longest);
}

/// Collects violations of the claim, and missing records.
struct Findings {
  std::string against;
  std::string missing;

  static void add(std::string& list, const std::string& text) {
    list += (list.empty() ? "" : "; ") + text;
  }
  void expect_line(const std::optional<Affine>& fit, const std::string& what, bool grows = true) {
    if (!fit.has_value()) {
      add(missing, "three sizes of " + what);
    } else if (!(fit->residual <= 0.0)) {
      add(against, fmt::format("{} differ from a line by {:.0f} bytes", what, fit->residual));
    } else if (grows && !(fit->slope > 0.0)) {
      add(against, what + " do not grow");
    }
  }
  void expect_between(const Affine& line, const std::vector<CountAt>& counts, long long multiple) {
    for (const CountAt& at : counts) {
      const std::int64_t next = (at.x + multiple - 1) / multiple * multiple;
      const auto y = static_cast<double>(at.y);
      if (!(y >= line.at(at.x) && y <= line.at(next))) {
        add(against,
            fmt::format(
                "slice bytes at C = {} are not between the values of their line at {} and {}", at.x,
                at.x, next));
      }
    }
  }
};

}  // namespace

Verdict judge_memory(const Claim& claim, std::span<const Record> records) {
  const auto length = [](const Setting& s) { return std::int64_t{s.length}; };
  const auto slice = [](const Setting& s) { return std::int64_t{s.slice}; };
  const auto own = [](const Bytes& b) { return b.state + b.slice + b.result; };
  const auto tokens = [](const Bytes& b) { return b.tokens; };
  const auto slice_bytes = [](const Bytes& b) { return b.slice; };
  const auto rest = [](const Bytes& b) { return b.state + b.result; };

  const Series fixed = series_of(claim, records, "length", false);
  const Series full = series_of(claim, records, "length", true);
  const Series over_slice = series_of(claim, records, "slice", false);
  const std::vector<CountAt> own_bytes = counts(fixed, length, own);
  const auto token_line = fit_affine(counts(fixed, length, tokens));
  const auto full_line = fit_affine(counts(full, length, slice_bytes));
  const std::vector<CountAt> over_rows = counts(over_slice, slice, slice_bytes);
  std::vector<CountAt> aligned = over_rows;
  std::erase_if(aligned, [&](const CountAt& at) { return at.x % claim.row_multiple != 0; });
  const auto slice_line = fit_affine(aligned);

  Findings findings;
  const std::int64_t growth = spread(own_bytes);
  if (growth != 0) {
    Findings::add(findings.against,
                  fmt::format("at fixed C, bytes without tokens differ by {} over L", growth));
  }
  if (!spans(claim, own_bytes)) {
    Findings::add(findings.missing,
                  fmt::format("lengths from {} to {} at fixed C", claim.shortest, claim.longest));
  }
  findings.expect_line(token_line, "token bytes over L");
  findings.expect_line(full_line, "slice bytes over L at C = L");
  findings.expect_line(slice_line, "slice bytes over C");
  if (slice_line.has_value()) findings.expect_between(*slice_line, over_rows, claim.row_multiple);
  if (const std::int64_t off = spread(counts(over_slice, slice, rest)); off != 0) {
    Findings::add(findings.against, fmt::format("state and result bytes differ by {} over C", off));
  }
  constexpr double share = 0.05;
  const ProcessMemory memory =
      process_memory(records_of(claim, records, [](const Setting&) { return true; }), share);
  if (!memory.against.empty()) Findings::add(findings.against, memory.against);
  if (!memory.three_lengths) {
    Findings::add(findings.missing, "fresh processes at three lengths and fixed C");
  }

  Verdict verdict{.claim = claim,
                  .answer = Answer::supported,
                  .value = static_cast<double>(growth),
                  .low = static_cast<double>(growth),
                  .high = static_cast<double>(growth),
                  .evidence = {}};
  if (!findings.against.empty()) {
    verdict.answer = Answer::refuted;
    verdict.evidence = findings.against;
  } else if (!findings.missing.empty()) {
    verdict.answer = Answer::inconclusive;
    verdict.value = verdict.low = verdict.high = nan;
    verdict.evidence = "records are missing: " + findings.missing;
  } else {
    verdict.evidence = fmt::format(
        "at C = {}, {} bytes without tokens at every L from {} to {}; tokens {:g} bytes per "
        "position; at C = L {:.0f} bytes per position; over C {:.0f} bytes per row, residual 0; {}",
        fixed.front().first.slice, own_bytes.front().y, claim.shortest, claim.longest,
        token_line->slope, full_line->slope, slice_line->slope, memory.evidence);
  }
  return verdict;
}

}  // namespace slim::experiments
