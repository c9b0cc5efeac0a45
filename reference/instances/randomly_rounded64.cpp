// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/randomly_rounded.hpp"
#include "reference/performer/attention_definition.hpp"
#include "reference/performer/gradient_definition.hpp"

namespace slim::reference {

using Rounded64 = RandomlyRounded<double>;

template void gradient(const GradientTask<Rounded64>&, GradientResult<Rounded64>&);
template void attention(const AttentionTask<Rounded64>&, AttentionResult<Rounded64>&);
template void features(const FeaturesTask<Rounded64>&, FeaturesResult<Rounded64>&);

}  // namespace slim::reference
