#pragma once

namespace slim::chunked {

/// Calls of operator new in this test program so far. Every allocation of ours is one; the matrix
/// library's packing buffers are not.
long counted_allocations();

}  // namespace slim::chunked
