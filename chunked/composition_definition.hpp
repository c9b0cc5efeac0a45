// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/bisected.hpp"
#include "chunked/boundaries/exact.hpp"
#include "chunked/boundaries/recomputed.hpp"
#include "chunked/boundaries/recovered.hpp"
#include "chunked/boundaries/stored.hpp"
#include "chunked/boundaries/wide.hpp"
#include "chunked/composition.hpp"
#include "chunked/prefix_sums/blocked.hpp"
#include "chunked/prefix_sums/explicit.hpp"
#include "chunked/prefix_sums/iterative.hpp"
#include "chunked/prefix_sums/iterative_subtracting.hpp"
#include "chunked/prefix_sums/tree.hpp"
#include "chunked/two_sweeps_definition.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <string>

namespace slim::chunked {

template <class T>
std::unique_ptr<Boundary<T>> make_boundary(std::string_view name) {
  if (name == "recovered") return std::make_unique<Recovered<T>>();
  if (name == "wide") return std::make_unique<WideSums<T>>();
  if (name == "exact") return std::make_unique<Exact<T>>();
  if (name == "stored") return std::make_unique<Stored<T>>();
  if (name == "recomputed") return std::make_unique<Recomputed<T>>();
  if (name == "bisected") return std::make_unique<Bisected<T>>();
  throw ContractError("boundary '" + std::string(name) +
                      "' is unknown: allowed are recovered, wide, exact, stored, recomputed, "
                      "bisected");
}

template <class T>
std::unique_ptr<PrefixSum<T>> make_prefix_sum(std::string_view name) {
  if (name == "explicit") return std::make_unique<Explicit<T>>();
  if (name == "tree") return std::make_unique<Tree<T>>();
  if (name == "iterative") return std::make_unique<Iterative<T>>();
  if (name == "iterative-subtracting") return std::make_unique<IterativeSubtracting<T>>();
  if (name == "blocked") return std::make_unique<Blocked<T>>();
  throw ContractError("prefix sum '" + std::string(name) +
                      "' is unknown: allowed are explicit, tree, iterative, "
                      "iterative-subtracting, blocked");
}

}  // namespace slim::chunked
