// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/attention_definition.hpp"
#include "reference/performer/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<BFloat16>&, GradientResult<BFloat16>&);
template void attention(const AttentionTask<BFloat16>&, AttentionResult<BFloat16>&);
template void features(const FeaturesTask<BFloat16>&, FeaturesResult<BFloat16>&);

}  // namespace slim::reference
