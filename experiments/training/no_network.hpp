// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace slim::experiments {

/// How a process is cut off from every network, itself included, for the rest of its life.
enum class Isolation {
  any,            ///< a namespace, or where that is not allowed a filter
  seccomp_filter  ///< system calls that make a socket fail
};

/// Cuts this process off from every network. Returns how: "network namespace" (an empty one of its
/// own) or "seccomp filter"; empty if neither is allowed, or if a network can still be reached.
/// Requires a process of one thread.
std::string leave_network(Isolation isolation = Isolation::any);

}  // namespace slim::experiments
