// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/attention_definition.hpp"
#include "reference/performer/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<Counted>&, GradientResult<Counted>&);
template void attention(const AttentionTask<Counted>&, AttentionResult<Counted>&);
template void features(const FeaturesTask<Counted>&, FeaturesResult<Counted>&);

}  // namespace slim::reference
