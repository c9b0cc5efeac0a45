// SPDX-License-Identifier: Apache-2.0
#include "chunked/attention/attention_definition.hpp"
#include "chunked/composition_definition.hpp"
#include "chunked/distributed/attention_definition.hpp"
#include "chunked/distributed/gradient_definition.hpp"

namespace slim::chunked {

template std::unique_ptr<Boundary<Digits50>> make_boundary(std::string_view);
template std::unique_ptr<PrefixSum<Digits50>> make_prefix_sum(std::string_view);
template void gradient(const GradientTask<Digits50>&, GradientResult<Digits50>&,
                       Boundary<Digits50>&, const PrefixSum<Digits50>&);
template void attention(const AttentionTask<Digits50>&, AttentionResult<Digits50>&,
                        Boundary<Digits50>&, const PrefixSum<Digits50>&);
template void features(const FeaturesTask<Digits50>&, FeaturesResult<Digits50>&);

namespace distributed {
template void gradient(const GradientTask<Digits50>&, GradientResult<Digits50>&,
                       Exchange<Digits50>&, Boundary<Digits50>&, const PrefixSum<Digits50>&);
template void attention(const AttentionTask<Digits50>&, AttentionResult<Digits50>&,
                        Exchange<Digits50>&, const PrefixSum<Digits50>&);
}  // namespace distributed

}  // namespace slim::chunked
