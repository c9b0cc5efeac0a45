// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/attention_definition.hpp"
#include "reference/performer/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<double>&, GradientResult<double>&);
template void attention(const AttentionTask<double>&, AttentionResult<double>&);
template void features(const FeaturesTask<double>&, FeaturesResult<double>&);

}  // namespace slim::reference
