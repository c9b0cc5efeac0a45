#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// How arrays lie in memory does not matter.
///
/// Statement: contiguous arrays, arrays with gaps (of NaN) and an offset, transposed ones, [B, L,
/// H] in place of [B, H, L], and stride 0 along every axis that repeats give the same answer.
/// Source: strides are part of an array's description. Generator: attention_specs; the output's
/// cotangent is one number, as a plain sum's is, and the last head's q, k and v are the first
/// head's. Tolerance: 0 for who gives the same bits in any layout (the house's subjects), else
/// twice the bands, since another stride may select another kernel: what is misread is off by as
/// much as there is. Kills: strides that are not read, a layout other than documented.
Law attention_layouts_agree();

}  // namespace slim::properties::laws
