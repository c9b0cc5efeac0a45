// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/attention_definition.hpp"
#include "reference/performer/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<float>&, GradientResult<float>&);
template void attention(const AttentionTask<float>&, AttentionResult<float>&);
template void features(const FeaturesTask<float>&, FeaturesResult<float>&);

}  // namespace slim::reference
