#include "experiments/measures/overhead.hpp"

#include "experiments/measures/operation_count.hpp"
#include "experiments/measures/workload.hpp"
#include "experiments/statistics/polynomial.hpp"
#include "reference/vocabulary/contract.hpp"
#include "reference/vocabulary/draw.hpp"

#include <fmt/format.h>

#include <numeric>

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

/// Counts in a setting of `slices` slices, and of widths reduced to `factor` of `divisor`.
std::int64_t counted(const Subject& subject, Setting setting, Index divisor, Index factor,
                     Index slices) {
  setting.model = narrowed(setting.model, divisor, factor);
  setting.length = setting.slice * slices;
  const Sequences tokens =
      draw_sequences(setting.batch, setting.length, setting.model.vocab_size, setting.seed);
  return count_operations(subject, setting, tokens).multiplications;
}

std::int64_t evaluated(const Subject& subject, std::span<const CountAt> counts, std::int64_t at,
                       const char* over) {
  const std::optional<std::int64_t> value = extrapolate(counts, at);
  require(value.has_value(), fmt::format("the multiply-adds of {} over the {} are no polynomial of "
                                         "degree {}, so that they cannot be computed at {}",
                                         subject.name, over, counts.size() - 2, at));
  return *value;
}

std::int64_t at_full_width(const Subject& subject, const Setting& setting, Index slices) {
  const Index divisor = common_factor(setting.model);
  if (divisor <= 4) return counted(subject, setting, 1, 1, slices);
  std::vector<CountAt> counts;
  for (Index factor = 1; factor <= 4; ++factor) {
    counts.push_back({factor, counted(subject, setting, divisor, factor, slices)});
  }
  return evaluated(subject, counts, divisor, "widths");
}

std::int64_t at_every_slice(const Subject& subject, const Setting& setting) {
  const Index slices = setting.slices();
  if (slices <= 4) return at_full_width(subject, setting, slices);
  std::vector<CountAt> counts;
  for (Index few = 2; few <= 4; ++few) {
    counts.push_back({few, at_full_width(subject, setting, few)});
  }
  return evaluated(subject, counts, slices, "slices");
}

}  // namespace

Overhead count_overhead(const Subject& subject, const Setting& setting) {
  require_valid(setting);
  require(setting.full_pass() || setting.length % setting.slice == 0,
          fmt::format("slice divides length, as {} does not {}", setting.slice, setting.length));
  Setting full = setting;
  full.slice = setting.length;
  Overhead overhead{.sliced = 0, .full = at_full_width(subject, full, 1)};
  overhead.sliced = setting.full_pass() ? overhead.full : at_every_slice(subject, setting);
  return overhead;
}

}  // namespace slim::experiments
