// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/randomly_stored.hpp"
#include "reference/performer/attention_definition.hpp"
#include "reference/performer/gradient_definition.hpp"

namespace slim::reference {

using StoredFloat16 = RandomlyStored<Float16>;

template void gradient(const GradientTask<StoredFloat16>&, GradientResult<StoredFloat16>&);
template void attention(const AttentionTask<StoredFloat16>&, AttentionResult<StoredFloat16>&);
template void features(const FeaturesTask<StoredFloat16>&, FeaturesResult<StoredFloat16>&);

}  // namespace slim::reference
