// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/randomly_rounded.hpp"
#include "reference/performer/attention_definition.hpp"
#include "reference/performer/gradient_definition.hpp"

namespace slim::reference {

using Rounded32 = RandomlyRounded<float>;

template void gradient(const GradientTask<Rounded32>&, GradientResult<Rounded32>&);
template void attention(const AttentionTask<Rounded32>&, AttentionResult<Rounded32>&);
template void features(const FeaturesTask<Rounded32>&, FeaturesResult<Rounded32>&);

}  // namespace slim::reference
