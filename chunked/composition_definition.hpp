#pragma once

#include "chunked/bisected.hpp"
#include "chunked/blocked.hpp"
#include "chunked/composition.hpp"
#include "chunked/exact.hpp"
#include "chunked/explicit.hpp"
#include "chunked/iterative.hpp"
#include "chunked/iterative_subtracting.hpp"
#include "chunked/recomputed.hpp"
#include "chunked/recovered.hpp"
#include "chunked/stored.hpp"
#include "chunked/tree.hpp"
#include "chunked/two_sweeps_definition.hpp"
#include "chunked/wide.hpp"
#include "reference/vocabulary/contract.hpp"

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
