// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/catalogue.hpp"

#include "experiments/plans/compatible.hpp"
#include "experiments/plans/crossing.hpp"
#include "experiments/plans/device.hpp"
#include "experiments/plans/distributed.hpp"
#include "experiments/plans/drift.hpp"
#include "experiments/plans/exact.hpp"
#include "experiments/plans/extension.hpp"
#include "experiments/plans/features.hpp"
#include "experiments/plans/figure2.hpp"
#include "experiments/plans/grid.hpp"
#include "experiments/plans/length.hpp"
#include "experiments/plans/overhead.hpp"
#include "experiments/plans/slice.hpp"
#include "experiments/plans/table1.hpp"
#include "experiments/plans/training_plans.hpp"
#include "experiments/plans/training_table.hpp"
#include "experiments/plans/work.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/printable.hpp"
#include "reference/vocabulary/system/closest.hpp"

#include <vector>

namespace slim::experiments {

std::span<const Experiment> catalogue() {
  static const std::vector<Experiment> experiments = {
      {.name = "exact",
       .question = "does the gradient in 50 digits equal the reference's for every C?",
       .plans = exact_plans},
      {.name = "length",
       .question = "what does a gradient cost over the length L, at a fixed slice length C?",
       .plans = length_plans},
      {.name = "slice",
       .question = "what does a gradient cost over the slice length C, at a fixed length L?",
       .plans = slice_plans},
      {.name = "drift",
       .question = "how large are rounding errors of the gradient, by boundary and prefix sum?",
       .plans = drift_plans,
       .table = drift_table},
      {.name = "grid",
       .question = "what does the grid of boundary 'exact' cost in accuracy as keys grow?",
       .plans = grid_plans,
       .table = grid_table},
      {.name = "table1",
       .question =
           "how do work, critical path and bytes grow with L and C, exactly: the paper's table 1",
       .plans = table1_plans},
      {.name = "work",
       .question = "what are the work and critical path of every boundary and prefix sum?",
       .plans = work_plans,
       .table = work_table},
      {.name = "distributed",
       .question = "what do the ranks of a distributed gradient send, and how long do they wait?",
       .plans = distributed_plans,
       .table = distributed_table},
      {.name = "extension",
       .question = "is the gradient also exact for other architectures?",
       .plans = extension_plans},
      {.name = "overhead",
       .question =
           "how much more work than the full pass do the plain and the lazy first sweep need?",
       .plans = overhead_plans},
      {.name = "compatible",
       .question = "does a training that switches to slices halfway stay the same?",
       .plans = compatible_plans},
      {.name = "device",
       .question = "what is the longest sequence that fits into a process of 64 to 512 MiB?",
       .plans = device_plans},
      {.name = "crossing",
       .question = "from which length on does a Performer cost less than softmax attention?",
       .plans = crossing_plans},
      {.name = "features",
       .question = "what is the error of FAVOR+ relative to softmax attention over the number of "
                   "features M?",
       .plans = features_plans},
      {.name = "figure2",
       .question =
           "the paper's figure 2: time, memory and discrepancy over C, configurations I to IV",
       .plans = figure2_plans},
      {.name = "training",
       .question =
           "the paper's figure 3: do sliced and switched trainings learn like the full pass?",
       .plans = training_plans,
       .table = training_table},
  };
  return experiments;
}

std::vector<Experiment> find_experiments(std::string_view name) {
  std::vector<std::string_view> allowed = {"all"};
  for (const Experiment& experiment : catalogue()) {
    if (experiment.name == name) return {experiment};
    allowed.push_back(experiment.name);
  }
  require(name == "all", "experiment '" + on_one_line(name) + "' is unknown: " +
                             did_you_mean(name, allowed) + "allowed are " + listed(allowed));
  return {catalogue().begin(), catalogue().end()};
}

}  // namespace slim::experiments
