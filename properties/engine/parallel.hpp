// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace slim::properties {

/// Runs task(0) … task(count - 1), in any order, on up to `threads` threads including this one.
/// After an exception no more tasks are started, and the first exception is rethrown.
void in_parallel(int count, int threads, const std::function<void(int)>& task);

}  // namespace slim::properties
