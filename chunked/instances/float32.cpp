// SPDX-License-Identifier: Apache-2.0
#include "chunked/attention/attention_definition.hpp"
#include "chunked/composition_definition.hpp"
#include "chunked/distributed/attention_definition.hpp"
#include "chunked/distributed/gradient_definition.hpp"

namespace slim::chunked {

template std::unique_ptr<Boundary<float>> make_boundary(std::string_view);
template std::unique_ptr<PrefixSum<float>> make_prefix_sum(std::string_view);
template void gradient(const GradientTask<float>&, GradientResult<float>&, Boundary<float>&,
                       const PrefixSum<float>&);
template void attention(const AttentionTask<float>&, AttentionResult<float>&, Boundary<float>&,
                        const PrefixSum<float>&);
template void features(const FeaturesTask<float>&, FeaturesResult<float>&);

namespace distributed {
template void gradient(const GradientTask<float>&, GradientResult<float>&, Exchange<float>&,
                       Boundary<float>&, const PrefixSum<float>&);
template void attention(const AttentionTask<float>&, AttentionResult<float>&, Exchange<float>&,
                        const PrefixSum<float>&);
}  // namespace distributed

}  // namespace slim::chunked
