#pragma once

#include "chunked/composition.hpp"
#include "chunked/iterative.hpp"
#include "chunked/recovered.hpp"
#include "chunked/stored.hpp"
#include "chunked/two_sweeps_definition.hpp"
#include "reference/vocabulary/contract.hpp"

#include <string>

namespace slim::chunked {

template <class T>
std::unique_ptr<Boundary<T>> make_boundary(std::string_view name) {
  if (name == "recovered") return std::make_unique<Recovered<T>>();
  if (name == "stored") return std::make_unique<Stored<T>>();
  throw ContractError("boundary '" + std::string(name) +
                      "' is unknown: allowed are recovered, stored");
}

template <class T>
std::unique_ptr<PrefixSum<T>> make_prefix_sum(std::string_view name) {
  if (name == "iterative") return std::make_unique<Iterative<T>>();
  throw ContractError("prefix sum '" + std::string(name) + "' is unknown: allowed are iterative");
}

}  // namespace slim::chunked
