// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/regime.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::experiments {

Regime regime_of(const Setting& setting) {
  const bool from_half = setting.training.switch_at > 0;
  if (setting.memory_cap > 0) return Regime::capped;
  if (!setting.full_pass()) return from_half ? Regime::switched : Regime::sliced;
  if (setting.subject == trained_subject) return Regime::full;
  return from_half ? Regime::reordered_at_half : Regime::reordered;
}

std::string regime_name(const Setting& setting) {
  const bool from_half = setting.training.switch_at > 0;
  std::string name = from_half ? "full, then " : "";
  if (!setting.full_pass()) {
    name += fmt::format("C = {}", setting.slice);
  } else if (setting.subject == trained_subject) {
    name += "full";
  } else {
    const bool wide = setting.subject.starts_with("float64/");
    const std::string sums(std::find(setting.subject.begin(), setting.subject.end(), '/'),
                           setting.subject.end());
    name += wide ? "full, in float64"
                 : "full, sums " + sums.substr(std::min<std::size_t>(1, sums.size()));
  }
  if (setting.memory_cap > 0) {
    name += fmt::format(" in {:.3g} MiB", static_cast<double>(setting.memory_cap) / (1 << 20));
  }
  return name;
}

}  // namespace slim::experiments
