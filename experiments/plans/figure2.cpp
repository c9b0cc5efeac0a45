// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/figure2.hpp"

#include "experiments/measures/machine_memory.hpp"
#include "experiments/plans/configurations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace slim::experiments {
namespace {

struct Figure2Sizes {
  Index length_divisor;
  Index width_divisor;
  Index most_slices;  ///< N: a smaller C takes too long
  std::uint64_t seeds;
};

Figure2Sizes figure2_sizes_at(Scale scale) {
  switch (scale) {
    case Scale::ci:
      return {.length_divisor = 16, .width_divisor = 8, .most_slices = 256, .seeds = 2};
    case Scale::laptop:
      return {.length_divisor = 4, .width_divisor = 4, .most_slices = 4096, .seeds = 3};
    case Scale::paper:
      break;
  }
  return {.length_divisor = 1, .width_divisor = 1, .most_slices = 1024, .seeds = 3};
}

/// C = L, L/4, L/16, …, as far as memory permits; reports what is left out.
std::vector<Index> slices_of(Setting setting, Index most_slices, std::string_view configuration,
                             double limit, const Conditions& conditions) {
  std::vector<Index> slices;
  for (Index slice = setting.length; slice * most_slices >= setting.length && slice >= 1;
       slice /= 4) {
    setting.slice = slice;
    if (figure2_bytes(setting) <= limit) {
      slices.push_back(slice);
    } else if (conditions.say) {
      conditions.say(fmt::format(
          "figure2: configuration {}, {}, C = {} is left out: it needs about {:.0f} MiB, above "
          "{:.0f} MiB, three quarters of this machine's memory",
          configuration, setting.subject, slice, figure2_bytes(setting) / (1 << 20),
          limit / (1 << 20)));
    }
  }
  return slices;
}

}  // namespace

double figure2_bytes(const Setting& setting) {
  const Model& model = setting.model;
  const auto rows = static_cast<double>(std::min(setting.slice, setting.length));
  double per_row = static_cast<double>(model.layers * (7 * model.hidden_dim + model.ffn_dim) +
                                       2 * model.ffn_dim + 8 * model.hidden_dim);
  if (setting.subject.ends_with("/explicit")) {
    per_row += static_cast<double>(model.layers * model.hidden_dim * (model.features() + 1));
  }
  return 4.0 * (rows * per_row + 4.0 * static_cast<double>(parameter_count(model)));
}

std::vector<Plan> figure2_plans(const Conditions& conditions) {
  const Figure2Sizes sizes = figure2_sizes_at(conditions.scale);
  const double limit = 0.75 * machine_bytes();
  std::vector<Plan> plans;
  for (const Configuration& configuration : configurations) {
    for (const char* subject : {"recovered/iterative", "recovered/explicit"}) {
      Setting setting = {.subject = subject,
                         .model = configuration.model(sizes.width_divisor),
                         .length = configuration.length / sizes.length_divisor,
                         .seed = conditions.seed,
                         .threads = conditions.threads,
                         .corpus = random_tokens};
      const std::vector<Index> slices =
          slices_of(setting, sizes.most_slices, configuration.name, limit, conditions);
      const auto add = [&](Index slice, Quantity quantity) {
        setting.slice = slice;
        plans.push_back({.setting = setting, .quantity = quantity});
      };
      for (const Index slice : slices) add(slice, Quantity::bytes);
      const bool comparable = !slices.empty() && slices.front() == setting.length;
      // One seed at a time: the full pass's gradient is reused for all slice lengths.
      for (std::uint64_t i = 0; i < conditions.seeds_or(sizes.seeds); ++i) {
        setting.seed = conditions.seed + i;
        for (const Index slice : slices) {
          add(slice, Quantity::seconds);
          if (comparable && slice < setting.length) add(slice, Quantity::full_discrepancy);
        }
      }
    }
  }
  return plans;
}

std::string_view configuration_name(const Record& record) {
  const auto scale = std::find_if(all_scales.begin(), all_scales.end(), [&](Scale candidate) {
    return name(candidate) == record.scale;  // read from a file, so it may be invalid
  });
  if (scale == all_scales.end()) return {};
  const Figure2Sizes sizes = figure2_sizes_at(*scale);
  const Setting& setting = record.setting;
  const auto found = std::find_if(
      configurations.begin(), configurations.end(), [&](const Configuration& configuration) {
        return setting.length == configuration.length / sizes.length_divisor &&
               setting.model.layers == configuration.layers &&
               setting.model.hidden_dim == configuration.hidden_dim / sizes.width_divisor;
      });
  return found == configurations.end() ? std::string_view() : found->name;
}

}  // namespace slim::experiments
