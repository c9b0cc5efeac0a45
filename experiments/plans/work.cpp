// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/work.hpp"

#include "experiments/records/record.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

namespace slim::experiments {
namespace {

constexpr std::array prefix_sums = {"explicit", "tree", "iterative", "iterative-subtracting",
                                    "blocked"};

struct BoundaryLaw {
  const char* boundary;
  Law law;
};
constexpr std::array<BoundaryLaw, 6> boundary_laws = {{{"recovered", Law::two_sweeps},
                                                       {"wide", Law::two_sweeps},
                                                       {"exact", Law::two_sweeps},
                                                       {"stored", Law::two_sweeps},
                                                       {"recomputed", Law::recomputed},
                                                       {"bisected", Law::bisected}}};

constexpr Index block_rows = 64;  // block length of the blocked prefix sum

struct WorkCount {
  const char* name;
  std::int64_t Operations::*value;
};
constexpr std::array<WorkCount, 5> work_counts = {
    {{"multiplications", &Operations::multiplications},
     {"additions", &Operations::additions},
     {"divisions", &Operations::divisions},
     {"elementary", &Operations::elementary},
     {"critical-path", &Operations::depth}}};

}  // namespace

std::vector<Plan> work_plans(const Conditions& conditions) {
  const bool small = conditions.scale == Scale::ci;
  std::vector<Plan> plans;
  for (const auto& [boundary, law] : boundary_laws) {
    const Index most_slices = small && law == Law::two_sweeps ? 8 : 16;
    for (const std::string sums : prefix_sums) {
      // Four C, one more than there are terms in C only.
      const std::array<Index, 4> of_rows = {16, 32, 64, 128};
      const std::array<Index, 4> of_blocks = {block_rows, 2 * block_rows, 3 * block_rows,
                                              4 * block_rows};
      for (const Index slice : sums == "blocked" ? of_blocks : of_rows) {
        for (Index slices = 2; slices <= most_slices; slices *= 2) {
          plans.push_back(
              {.setting = {.subject = std::string(boundary) + "/" + sums,
                           .model = {.hidden_dim = 8, .layers = 1, .ffn_dim = 8, .heads = 1},
                           .length = slice * slices,
                           .slice = slice,
                           .seed = conditions.seed,
                           .corpus = conditions.corpus},
               .quantity = Quantity::operations});
        }
      }
    }
  }
  return plans;
}

std::vector<WorkModel> work_models(std::string_view boundary, Law law,
                                   std::span<const Record> records) {
  std::vector<WorkModel> models;
  for (const char* sums : prefix_sums) {
    const std::string subject = fmt::format("{}/{}", boundary, sums);
    for (const auto& [name, value] : work_counts) {
      if (subject.ends_with("/blocked") && value == &Operations::depth) continue;
      std::vector<CountOf> counts;
      for (const Record& record : records) {
        const Setting& setting = record.setting;
        const auto* operations = std::get_if<Operations>(&record.measured);
        if (operations == nullptr || record.experiment != "work" || setting.subject != subject ||
            (subject.ends_with("/blocked") && setting.slice % block_rows != 0)) {
          continue;
        }
        counts.push_back({setting.length, setting.slice, operations->*value});
      }
      models.push_back({.subject = subject, .count = name, .law = fit_exact_law(law, counts)});
    }
  }
  return models;
}

std::string work_table(std::span<const Record> records) {
  std::string text = "| subject | count | over L, C, N = L/C | residual | held out |\n";
  text += "|---|---|---|---|---|\n";
  for (const auto& [boundary, law] : boundary_laws) {
    for (const WorkModel& model : work_models(boundary, law, records)) {
      if (!model.law) {
        text += fmt::format("| {} | {} | records are missing | | |\n", model.subject, model.count);
        continue;
      }
      text += fmt::format("| {} | {} | {} | {:g} | {} |\n", model.subject, model.count,
                          model.law->formula, model.law->residual, model.law->held_out);
    }
  }
  return text;
}

}  // namespace slim::experiments
