// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/grid.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace slim::experiments {
namespace {

/// Entries of keys have standard deviation 0.87 as drawn: half of an embedding row is normal, the
/// other half sines and cosines with mean square 1/2.
constexpr double drawn_deviation = 0.87;

constexpr const char* gridded_subjects[] = {"stored/iterative", "exact/iterative"};

/// The maximum of each field over the seeds.
void widen(KeySpread& spread, const KeySpread& other) {
  spread.key_deviation = std::max(spread.key_deviation, other.key_deviation);
  spread.median_bits = std::max(spread.median_bits, other.median_bits);
  spread.largest_bits = std::max(spread.largest_bits, other.largest_bits);
}

}  // namespace

std::vector<Plan> grid_plans(const Conditions& conditions) {
  const std::uint64_t seeds = conditions.seeds_or(conditions.scale == Scale::ci ? 1 : 5);
  std::vector<Plan> plans;
  for (const double deviation : {1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0}) {
    for (std::uint64_t seed = conditions.seed; seed < conditions.seed + seeds; ++seed) {
      Setting setting = {.subject = "reference",
                         .model = {.vocab_size = 256,
                                   .hidden_dim = 32,
                                   .layers = 1,
                                   .ffn_dim = 32,
                                   .heads = 2,
                                   .feature_map = parse_feature_map("favor+_1")},
                         .length = 256,
                         .slice = 1,
                         .key_scale = deviation / drawn_deviation,
                         .seed = seed,
                         .corpus = conditions.corpus};
      plans.push_back({.setting = setting, .quantity = Quantity::key_spread});
      for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
        for (const char* subject : gridded_subjects) {
          setting.subject = subject;
          setting.scalar = scalar;
          plans.push_back({.setting = setting, .quantity = Quantity::gradient_error});
        }
      }
    }
  }
  return plans;
}

std::string grid_table(std::span<const Record> records) {
  struct Cell {
    double error = 0.0;
    int refused = 0;
    int all = 0;
  };
  std::map<double, KeySpread> spreads;
  std::map<double, std::map<std::pair<Scalar, std::string>, Cell>> errors;
  for (const Record& record : records) {
    const Setting& setting = record.setting;
    if (const auto* spread = std::get_if<KeySpread>(&record.measured)) {
      widen(spreads[setting.key_scale], *spread);
    } else if (const auto* error = std::get_if<GradientError>(&record.measured)) {
      Cell& cell = errors[setting.key_scale][{setting.scalar, setting.subject}];
      ++cell.all;
      if (!error->refusal.empty()) {
        ++cell.refused;
      } else {
        cell.error =
            std::isnan(error->relative) ? error->relative : std::max(cell.error, error->relative);
      }
    }
  }
  std::string text =
      "| deviation of keys | key sums span, median (bits) | largest | float32 stored | exact | "
      "float64 stored | exact |\n|---|---|---|---|---|---|---|\n";
  for (const auto& [scale, spread] : spreads) {
    text += fmt::format("| {:.2f} | {:.0f} | {:.0f} |", spread.key_deviation, spread.median_bits,
                        spread.largest_bits);
    for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
      for (const char* subject : gridded_subjects) {
        const Cell& cell = errors[scale][{scalar, subject}];
        if (cell.refused == cell.all) {
          text += " refused |";
        } else {
          text += fmt::format(" {:.0e}", cell.error);
          if (cell.refused > 0) text += fmt::format(", {} of {} refused", cell.refused, cell.all);
          text += " |";
        }
      }
    }
    text += "\n";
  }
  return text;
}

}  // namespace slim::experiments
