#include "reference/attention_definition.hpp"
#include "reference/gradient_definition.hpp"
#include "reference/randomly_rounded.hpp"

namespace slim::reference {

using Rounded32 = RandomlyRounded<float>;

template void gradient(const GradientTask<Rounded32>&, GradientResult<Rounded32>&);
template void attention(const AttentionTask<Rounded32>&, AttentionResult<Rounded32>&);
template void features(const FeaturesTask<Rounded32>&, FeaturesResult<Rounded32>&);

}  // namespace slim::reference
