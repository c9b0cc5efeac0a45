// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/gauged.hpp"
#include "reference/performer/attention_definition.hpp"

namespace slim::reference {

using GaugedDouble = Gauged<double>;

template void attention(const AttentionTask<long double>&, AttentionResult<long double>&);
template void attention(const AttentionTask<GaugedDouble>&, AttentionResult<GaugedDouble>&);
template void features(const FeaturesTask<long double>&, FeaturesResult<long double>&);
template void features(const FeaturesTask<GaugedDouble>&, FeaturesResult<GaugedDouble>&);

}  // namespace slim::reference
