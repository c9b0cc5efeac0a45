// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/gauged.hpp"
#include "reference/performer/attention_definition.hpp"

namespace slim::reference {

using Gauged50 = Gauged<Digits50>;

template void attention(const AttentionTask<Gauged50>&, AttentionResult<Gauged50>&);
template void features(const FeaturesTask<Gauged50>&, FeaturesResult<Gauged50>&);

}  // namespace slim::reference
