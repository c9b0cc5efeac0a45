// SPDX-License-Identifier: Apache-2.0
#include "chunked/attention/attention_definition.hpp"
#include "chunked/distributed/attention_definition.hpp"
#include "chunked/distributed/gradient_definition.hpp"
#include "chunked/two_sweeps_definition.hpp"

namespace slim::chunked {

template void gradient(const GradientTask<Float16>&, GradientResult<Float16>&, Boundary<float>&,
                       const PrefixSum<float>&);
template void attention(const AttentionTask<Float16>&, AttentionResult<Float16>&, Boundary<float>&,
                        const PrefixSum<float>&);
template void features(const FeaturesTask<Float16>&, FeaturesResult<Float16>&);

namespace distributed {
template void gradient(const GradientTask<Float16>&, GradientResult<Float16>&, Exchange<float>&,
                       Boundary<float>&, const PrefixSum<float>&);
template void attention(const AttentionTask<Float16>&, AttentionResult<Float16>&, Exchange<float>&,
                        const PrefixSum<float>&);
}  // namespace distributed

}  // namespace slim::chunked
