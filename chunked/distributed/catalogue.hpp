// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/catalogue.hpp"

#include <span>

namespace slim::chunked::distributed {

/// The variants that all ranks of the_team() compute together: distributed/… with scans in a chain,
/// distributed-tree/… with scans in a tree.
std::span<const Variant> catalogue();

}  // namespace slim::chunked::distributed
