#include "plots/catalogue.hpp"

#include "plots/critical_path.hpp"
#include "plots/crossing.hpp"
#include "plots/device.hpp"
#include "plots/drift.hpp"
#include "plots/exact.hpp"
#include "plots/features.hpp"
#include "plots/figure2.hpp"
#include "plots/memory_length.hpp"
#include "plots/memory_slice.hpp"
#include "plots/overhead.hpp"
#include "plots/time_length.hpp"
#include "plots/time_slice.hpp"
#include "plots/training_curves.hpp"
#include "reference/vocabulary/contract.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace slim::plots {

std::span<const Figure> catalogue() {
  static const std::vector<Figure> figures = {
      memory_length(),  time_length(),         memory_slice(),    time_slice(),    figure2_time(),
      figure2_memory(), figure2_discrepancy(), crossing_memory(), crossing_time(), overhead(),
      critical_path(),  drift_boundary(),      drift_slice(),     drift_length(),  device(),
      features(),       figure3_copying(),     figure3_text(),    fine_tuning(),   exact(),
  };
  return figures;
}

const Figure& find_figure(std::string_view name) {
  std::vector<std::string> names;
  for (const Figure& figure : catalogue()) {
    if (figure.name == name) return figure;
    names.push_back(figure.name);
  }
  throw ContractError(
      fmt::format("figure \"{}\" is unknown: {} are allowed", name, fmt::join(names, ", ")));
}

}  // namespace slim::plots
