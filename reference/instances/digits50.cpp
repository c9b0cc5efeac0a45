// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/attention_definition.hpp"
#include "reference/performer/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<Digits50>&, GradientResult<Digits50>&);
template void attention(const AttentionTask<Digits50>&, AttentionResult<Digits50>&);
template void attention_by_definition(const AttentionTask<Digits50>&, AttentionResult<Digits50>&);
template void features(const FeaturesTask<Digits50>&, FeaturesResult<Digits50>&);

}  // namespace slim::reference
