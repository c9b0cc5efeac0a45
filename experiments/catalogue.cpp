#include "experiments/catalogue.hpp"

#include "experiments/drift.hpp"
#include "experiments/exact.hpp"
#include "experiments/grid.hpp"
#include "experiments/length.hpp"
#include "experiments/slice.hpp"
#include "reference/vocabulary/contract.hpp"

#include <vector>

namespace slim::experiments {

std::span<const Experiment> catalogue() {
  static const std::vector<Experiment> experiments = {
      {.name = "exact",
       .question = "how far is the gradient in 50 digits from the reference's, for every C?",
       .plans = exact_plans},
      {.name = "length",
       .question = "what does a gradient cost over the length L, at a fixed slice length C?",
       .plans = length_plans},
      {.name = "slice",
       .question = "what does a gradient cost over the slice length C, at a fixed length L?",
       .plans = slice_plans},
      {.name = "drift",
       .question = "how far does rounding carry the gradient away, by boundary and prefix sum?",
       .plans = drift_plans,
       .table = drift_table},
      {.name = "grid",
       .question = "what does the grid of boundary 'exact' cost in accuracy as keys grow?",
       .plans = grid_plans,
       .table = grid_table},
  };
  return experiments;
}

std::vector<Experiment> find_experiments(std::string_view name) {
  std::string allowed = "all";
  for (const Experiment& experiment : catalogue()) {
    if (experiment.name == name) return {experiment};
    allowed += ", " + experiment.name;
  }
  require(name == "all",
          "experiment '" + std::string(name) + "' is unknown: allowed are " + allowed);
  return {catalogue().begin(), catalogue().end()};
}

}  // namespace slim::experiments
