#include "reference/attention_definition.hpp"
#include "reference/gradient_definition.hpp"
#include "reference/randomly_stored.hpp"

namespace slim::reference {

using Stored = RandomlyStored<BFloat16>;

template void gradient(const GradientTask<Stored>&, GradientResult<Stored>&);
template void attention(const AttentionTask<Stored>&, AttentionResult<Stored>&);
template void features(const FeaturesTask<Stored>&, FeaturesResult<Stored>&);

}  // namespace slim::reference
