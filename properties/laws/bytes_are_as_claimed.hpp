#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// A gradient takes as many bytes as its subject claims, and no more for a longer sequence.
///
/// Statement: with b(L, C) the largest number of bytes that the subject has in the ledger while it
/// answers, whatever they are for, and beside what it was given: O(C) b(2L, C) and b(4L, C) are at
/// most b(L, C); O(C + log N) b(4L, C) - b(2L, C) is at most b(2L, C) - b(L, C); O(C + N) at most
/// twice that, and as many slices of twice the length add no more; and with N fixed
/// b(3L, 3C) - 2 b(2L, 2C) + b(L, C) is not positive. The last from C = 64 on: below it the blocks
/// of a slice are not full, and arrays are rounded up to whole lines of the cache. Units: bytes.
/// Source: SLiM Performer, section 3: memory of O(C), whatever L. Generator: gradient_specs, with
/// slices of 1 to 4 rows or of 64, at least two of them in L. Tolerance: 0, bytes are counted.
/// Kills: work space that grows with L, or with C².
Law bytes_are_as_claimed();
/// Its name, for those who ask it only of subjects that claim something.
inline constexpr const char* bytes_are_as_claimed_name = "bytes-as-claimed";

}  // namespace slim::properties::laws
