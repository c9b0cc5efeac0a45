// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/boundary.hpp"
#include "chunked/prefix_sums/prefix_sum.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <memory>
#include <string_view>

namespace slim::chunked {

/// Makes a boundary or a prefix sum by name.
/// Throws ContractError, which lists the allowed names, when the name is unknown.
template <class T>
std::unique_ptr<Boundary<T>> make_boundary(std::string_view name);
template <class T>
std::unique_ptr<PrefixSum<T>> make_prefix_sum(std::string_view name);

}  // namespace slim::chunked
