// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <map>
#include <string>
#include <vector>

namespace slim::reference {

/// The scale of an error in each tensor of the gradient: the largest entry of its layer's gradient,
/// or of the tensor itself outside the layers. The largest entry of a row would not do: if only
/// one feature is active, Y depends on g(Q) through ε alone, and dQ consists of what a cancellation
/// of 16 digits leaves.
inline std::vector<Digits50> gradient_gauges(const Parameters<Digits50>& gradient) {
  const auto part = [](const std::string& name) {
    return name.starts_with("layers.") ? name.substr(0, name.find('.', 7)) : name;
  };
  std::map<std::string, Digits50> largest;
  for (const ParameterSlot& slot : gradient.slots()) {
    Digits50& gauge = largest[part(slot.name)];
    for (const Digits50& x : gradient.values(slot)) gauge = std::max(gauge, Digits50(abs(x)));
  }
  std::vector<Digits50> gauges;
  for (const ParameterSlot& slot : gradient.slots()) gauges.push_back(largest[part(slot.name)]);
  return gauges;
}

/// The largest entry, which is the error scale of a loss and of a state.
inline Digits50 largest_entry(std::span<const Digits50> values) {
  Digits50 largest(0);
  for (const Digits50& x : values) largest = std::max(largest, Digits50(abs(x)));
  return largest;
}

}  // namespace slim::reference
