// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/attention_definition.hpp"
#include "reference/performer/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<Float16>&, GradientResult<Float16>&);
template void attention(const AttentionTask<Float16>&, AttentionResult<Float16>&);
template void features(const FeaturesTask<Float16>&, FeaturesResult<Float16>&);

}  // namespace slim::reference
