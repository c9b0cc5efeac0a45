#include "reference/attention_definition.hpp"
#include "reference/gradient_definition.hpp"
#include "reference/randomly_stored.hpp"

namespace slim::reference {

using StoredBFloat16 = RandomlyStored<BFloat16>;

template void gradient(const GradientTask<StoredBFloat16>&, GradientResult<StoredBFloat16>&);
template void attention(const AttentionTask<StoredBFloat16>&, AttentionResult<StoredBFloat16>&);
template void features(const FeaturesTask<StoredBFloat16>&, FeaturesResult<StoredBFloat16>&);

}  // namespace slim::reference
