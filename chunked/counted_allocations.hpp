// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace slim::chunked {

/// Number of calls of operator new in this test program. Eigen's packing buffers are not included.
long counted_allocations();

}  // namespace slim::chunked
