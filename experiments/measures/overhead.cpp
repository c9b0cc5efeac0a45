// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/overhead.hpp"

#include "experiments/measures/operation_count.hpp"
#include "experiments/statistics/polynomial.hpp"
#include "experiments/workload/workload.hpp"
#include "reference/vocabulary/model/draw.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <numeric>
#include <vector>

namespace slim::experiments {
namespace {

/// All widths divided by `divisor`, times `factor`.
Model narrowed(const Model& model, Index divisor, Index factor) {
  Model narrow = model;
  narrow.hidden_dim = model.hidden_dim / divisor * factor;
  narrow.ffn_dim = model.ffn_dim / divisor * factor;
  narrow.vocab_size = model.vocab_size / divisor * factor;
  return narrow;
}

/// The largest divisor of all widths that leaves valid models.
Index common_factor(const Model& model) {
  Index divisor = std::gcd(model.head_dim(), std::gcd(model.ffn_dim, model.vocab_size));
  while (divisor > 1 && model.hidden_dim / divisor % 4 != 0) {
    // The next smaller divisor of the divisor.
    Index next = divisor - 1;
    while (divisor % next != 0) --next;
    divisor = next;
  }
  return divisor;
}

/// Multiplications of one subject; each count is computed once.
class Counts {
 public:
  Counts(const Subject& subject, const Setting& setting, std::map<std::string, std::int64_t>& known)
      : subject_(subject), setting_(setting), known_(known) {}

  /// With the setting's widths and this number of slices.
  std::int64_t of_slices(Index slices) { return at_full_width(slices, false); }
  /// In the full pass over as many rows as this number of slices has.
  std::int64_t of_full_pass(Index slices) { return at_full_width(slices, true); }

  /// Empty when the counts of two to four slices are not affine.
  std::optional<std::int64_t> on_a_line(Index slices, bool full_pass) {
    std::vector<CountAt> counts;
    for (Index few = 2; few <= 4; ++few) counts.push_back({few, at_full_width(few, full_pass)});
    return extrapolate(counts, slices);
  }

 private:
  std::int64_t at_full_width(Index slices, bool full_pass) {
    const Index divisor = common_factor(setting_.model);
    if (divisor <= 4) return counted(setting_.model, slices, full_pass);
    std::vector<CountAt> counts;
    for (Index factor = 1; factor <= 4; ++factor) {
      counts.push_back(
          {factor, counted(narrowed(setting_.model, divisor, factor), slices, full_pass)});
    }
    const std::optional<std::int64_t> value = extrapolate(counts, divisor);
    require(
        value.has_value(),
        fmt::format("the multiply-adds of {} are not a polynomial of degree 2 in the widths, so "
                    "that they cannot be computed at {}",
                    subject_.name, divisor));
    return *value;
  }

  std::int64_t counted(const Model& model, Index slices, bool full_pass) {
    Setting setting = setting_;
    setting.model = model;
    setting.length = setting_.slice * slices;
    if (full_pass) {
      setting.slice = setting.length;
      setting.first_sweep = FirstSweep::lazy;  // the full pass has no first sweep
    }
    const std::string key = fmt::format("{}", fmt::join(to_arguments(setting), " "));
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
    const Sequences tokens =
        draw_sequences(setting.batch, setting.length, setting.model.vocab_size, setting.seed);
    const std::int64_t count = count_operations(subject_, setting, tokens).multiplications;
    known_.emplace(key, count);
    return count;
  }

  const Subject& subject_;
  const Setting& setting_;
  std::map<std::string, std::int64_t>& known_;
};

}  // namespace

Overhead OverheadCounter::count(const Subject& subject, const Setting& setting) {
  require_valid(setting);
  require(setting.full_pass() || setting.length % setting.slice == 0,
          fmt::format("slice must divide length: {} does not divide {}", setting.slice,
                      setting.length));
  Setting cut = setting;
  cut.slice = std::min(setting.slice, setting.length);
  Counts counts(subject, cut, known_);
  const Index slices = cut.slices();
  if (slices == 1) {
    const std::int64_t full = counts.of_full_pass(1);
    return {.sliced = full, .full = full};
  }
  if (slices <= 4) {
    return {.sliced = counts.of_slices(slices), .full = counts.of_full_pass(slices)};
  }
  const std::optional<std::int64_t> sliced = counts.on_a_line(slices, false);
  require(sliced.has_value(),
          fmt::format("the multiply-adds of {} are not affine in the number of slices, so "
                      "that they cannot be computed at {}",
                      subject.name, slices));
  const std::optional<std::int64_t> full = counts.on_a_line(slices, true);
  return {.sliced = *sliced, .full = full ? *full : counts.of_full_pass(slices)};
}

Overhead count_overhead(const Subject& subject, const Setting& setting) {
  return OverheadCounter().count(subject, setting);
}

}  // namespace slim::experiments
