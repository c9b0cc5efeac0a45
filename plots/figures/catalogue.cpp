// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/catalogue.hpp"

#include "plots/figures/critical_path.hpp"
#include "plots/figures/crossing.hpp"
#include "plots/figures/device.hpp"
#include "plots/figures/distributed.hpp"
#include "plots/figures/drift.hpp"
#include "plots/figures/exact.hpp"
#include "plots/figures/features.hpp"
#include "plots/figures/figure2.hpp"
#include "plots/figures/memory_length.hpp"
#include "plots/figures/memory_slice.hpp"
#include "plots/figures/overhead.hpp"
#include "plots/figures/time_length.hpp"
#include "plots/figures/time_slice.hpp"
#include "plots/figures/training_curves.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/printable.hpp"
#include "reference/vocabulary/system/closest.hpp"

#include <fmt/format.h>

#include <vector>

namespace slim::plots {

std::span<const Figure> catalogue() {
  static const std::vector<Figure> figures = {
      memory_length(),  time_length(),    memory_slice(),        time_slice(),
      figure2_time(),   figure2_memory(), figure2_discrepancy(), crossing_memory(),
      crossing_time(),  overhead(),       critical_path(),       exact(),
      drift_boundary(), drift_slice(),    drift_length(),        device(),
      distributed(),    features(),       figure3_copying(),     figure3_text(),
      fine_tuning(),
  };
  return figures;
}

const Figure& find_figure(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Figure& figure : catalogue()) {
    if (figure.name == name) return figure;
    names.push_back(figure.name);
  }
  throw ContractError(fmt::format("figure '{}' is unknown: {}allowed are {}", on_one_line(name),
                                  did_you_mean(name, names), listed(names)));
}

}  // namespace slim::plots
