// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// Bytes that a rank sends, and its memory, over L for several P.
Figure distributed();

}  // namespace slim::plots
