// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/drift.hpp"

#include "experiments/plans/error_table.hpp"

#include <fmt/format.h>

namespace slim::experiments {
namespace {

constexpr const char* drifting_subjects[] = {"recovered/iterative-subtracting",
                                             "stored/iterative-subtracting",
                                             "recovered/iterative",
                                             "wide/iterative",
                                             "exact/iterative",
                                             "stored/iterative",
                                             "bisected/iterative",
                                             "recomputed/iterative"};

/// Two layers, one head of width 4 or 64.
Model model_of(Index head_width, const char* map) {
  const Index hidden = head_width == 4 ? 16 : head_width;
  return {.vocab_size = 256,
          .hidden_dim = hidden,
          .layers = 2,
          .ffn_dim = 2 * hidden,
          .heads = hidden / head_width,
          .feature_map = parse_feature_map(map)};
}

struct DriftSizes {
  Index longest;
  Index factor;  ///< from a length to the next
  Index longest_of_wide_heads;
  std::uint64_t seeds;       ///< at L = 2⁸
  std::uint64_t long_seeds;  ///< at longer L
};

DriftSizes drift_sizes_at(Scale scale) {
  switch (scale) {
    case Scale::ci:
      return {.longest = 1 << 10,
              .factor = 4,
              .longest_of_wide_heads = 1 << 8,
              .seeds = 1,
              .long_seeds = 1};
    case Scale::laptop:
      return {.longest = 1 << 16,
              .factor = 16,
              .longest_of_wide_heads = 1 << 12,
              .seeds = 3,
              .long_seeds = 1};
    case Scale::paper:
      break;
  }
  return {.longest = 1 << 16,
          .factor = 16,
          .longest_of_wide_heads = 1 << 16,
          .seeds = 10,
          .long_seeds = 3};
}

bool quick_enough(const std::string& subject, Index slices) {
  if (subject == "recomputed/iterative") return slices <= 256;
  if (subject == "bisected/iterative") return slices <= 4096;
  return true;
}

/// 50 digits take about 0.1 µs per multiply-add: seconds up to this size, minutes beyond.
bool allows_50_digits(Index head_width, Index length) {
  return length <= (head_width == 4 ? 1 << 12 : 1 << 8);
}

/// Plans that share one truth: every subject, C and precision.
void add_cells(std::vector<Plan>& plans, const Setting& question, Quantity quantity) {
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    for (const Index slice : {1, 16, 256}) {
      for (const char* subject : drifting_subjects) {
        Setting setting = question;
        setting.subject = subject;
        setting.scalar = scalar;
        setting.slice = slice;
        if (!quick_enough(setting.subject, setting.slices())) continue;
        plans.push_back({.setting = setting, .quantity = quantity});
      }
    }
  }
}

std::string features_and_width(const Setting& setting) {
  return fmt::format("{} | {}", name(setting.model.feature_map), setting.model.head_dim());
}

}  // namespace

std::vector<Plan> drift_plans(const Conditions& conditions) {
  const DriftSizes sizes = drift_sizes_at(conditions.scale);
  std::vector<Plan> plans;
  for (Index length = 1 << 8; length <= sizes.longest; length *= sizes.factor) {
    const std::uint64_t seeds =
        conditions.seeds_or(length > 1 << 8 ? sizes.long_seeds : sizes.seeds);
    for (std::uint64_t seed = conditions.seed; seed < conditions.seed + seeds; ++seed) {
      for (const Index head_width : {4, 64}) {
        if (head_width == 64 && length > sizes.longest_of_wide_heads) continue;
        for (const char* map : {"sqr", "elu+1", "relu", "favor+_1"}) {
          add_cells(plans,
                    {.model = model_of(head_width, map),
                     .length = length,
                     .seed = seed,
                     .corpus = conditions.corpus},
                    allows_50_digits(head_width, length) ? Quantity::gradient_error
                                                         : Quantity::gradient_discrepancy);
        }
      }
    }
  }
  return plans;
}

std::string drift_table(std::span<const Record> records) {
  const std::vector<std::string> subjects(std::begin(drifting_subjects),
                                          std::end(drifting_subjects));
  std::string text;
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    text +=
        fmt::format("{}, largest error over C, L and seeds:\n\n{}\n", name(scalar),
                    error_table("features | d", subjects, records, [&](const Setting& setting) {
                      return setting.scalar == scalar ? features_and_width(setting) : std::string();
                    }));
  }
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    text += fmt::format(
        "{}, largest error over seeds:\n\n{}\n", name(scalar),
        error_table("features | d | L | C", subjects, records, [&](const Setting& setting) {
          return setting.scalar == scalar ? fmt::format("{} | {} | {}", features_and_width(setting),
                                                        setting.length, setting.slice)
                                          : std::string();
        }));
  }
  return text;
}

}  // namespace slim::experiments
