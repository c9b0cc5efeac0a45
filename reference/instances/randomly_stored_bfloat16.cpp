// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/randomly_stored.hpp"
#include "reference/performer/attention_definition.hpp"
#include "reference/performer/gradient_definition.hpp"

namespace slim::reference {

using StoredBFloat16 = RandomlyStored<BFloat16>;

template void gradient(const GradientTask<StoredBFloat16>&, GradientResult<StoredBFloat16>&);
template void attention(const AttentionTask<StoredBFloat16>&, AttentionResult<StoredBFloat16>&);
template void features(const FeaturesTask<StoredBFloat16>&, FeaturesResult<StoredBFloat16>&);

}  // namespace slim::reference
