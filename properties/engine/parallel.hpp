#pragma once

#include <functional>

namespace slim::properties {

/// task(0) … task(count - 1), in any order on up to `threads` threads, this one included. After an
/// exception no more are started, and the first one is thrown again.
void in_parallel(int count, int threads, const std::function<void(int)>& task);

}  // namespace slim::properties
