// SPDX-License-Identifier: Apache-2.0
#include "chunked/attention/attention_definition.hpp"
#include "chunked/composition_definition.hpp"
#include "chunked/distributed/attention_definition.hpp"
#include "chunked/distributed/gradient_definition.hpp"

namespace slim::chunked {

template std::unique_ptr<Boundary<double>> make_boundary(std::string_view);
template std::unique_ptr<PrefixSum<double>> make_prefix_sum(std::string_view);
template void gradient(const GradientTask<double>&, GradientResult<double>&, Boundary<double>&,
                       const PrefixSum<double>&);
template void attention(const AttentionTask<double>&, AttentionResult<double>&, Boundary<double>&,
                        const PrefixSum<double>&);
template void features(const FeaturesTask<double>&, FeaturesResult<double>&);

namespace distributed {
template void gradient(const GradientTask<double>&, GradientResult<double>&, Exchange<double>&,
                       Boundary<double>&, const PrefixSum<double>&);
template void attention(const AttentionTask<double>&, AttentionResult<double>&, Exchange<double>&,
                        const PrefixSum<double>&);
}  // namespace distributed

}  // namespace slim::chunked
