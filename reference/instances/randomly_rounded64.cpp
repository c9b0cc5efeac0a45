#include "reference/attention_definition.hpp"
#include "reference/gradient_definition.hpp"
#include "reference/randomly_rounded.hpp"

namespace slim::reference {

using Rounded = RandomlyRounded<double>;

template void gradient(const GradientTask<Rounded>&, GradientResult<Rounded>&);
template void attention(const AttentionTask<Rounded>&, AttentionResult<Rounded>&);
template void features(const FeaturesTask<Rounded>&, FeaturesResult<Rounded>&);

}  // namespace slim::reference
