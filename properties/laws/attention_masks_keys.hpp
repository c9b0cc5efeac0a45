#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// A masked key is a key that is not there.
///
/// Statement: other numbers in masked keys and values change nothing, and their d.k and d.v are
/// exactly 0; keys masked at the end of a sequence leave output and gradients of the earlier rows
/// and the states as those of the sequence cut there (with cotangents of those rows alone). Source:
/// the definition, whose sums leave masked keys out. Generator: attention_specs with a mask:
/// scattered, whole slices, padding, leading, all. Tolerance: 0 for the first two (one shape; a
/// deterministic subject); the cut sequence is another shape, and held within the truth's bands.
/// Kills: masks that zero values and leave keys, masks before an ELU + 1 map, masks of another
/// sequence.
Law attention_masks_keys();

}  // namespace slim::properties::laws
