// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/quantities.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <array>

namespace slim::experiments {
namespace {

constexpr std::array<std::string_view, 14> names = {
    "seconds",          "bytes",          "operations",
    "process",          "gradient_error", "gradient_discrepancy",
    "key_spread",       "overhead",       "switch_error",
    "full_discrepancy", "longest",        "softmax_error",
    "training",         "distributed"};
static_assert(names.size() == std::variant_size_v<Measured>);

}  // namespace

std::string_view name(Quantity quantity) {
  return names.at(static_cast<std::size_t>(quantity));
}

Quantity parse_quantity(std::string_view text) {
  std::string allowed;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names.at(i) == text) return static_cast<Quantity>(i);
    allowed += (i == 0 ? "" : ", ") + std::string(names.at(i));
  }
  throw ContractError("quantity '" + std::string(text) + "' is unknown: allowed are " + allowed);
}

Quantity quantity_of(const Measured& measured) {
  return static_cast<Quantity>(measured.index());  // both lists have the same order
}

}  // namespace slim::experiments
