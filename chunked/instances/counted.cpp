// SPDX-License-Identifier: Apache-2.0
#include "chunked/attention/attention_definition.hpp"
#include "chunked/composition_definition.hpp"
#include "chunked/distributed/attention_definition.hpp"
#include "chunked/distributed/gradient_definition.hpp"

namespace slim::chunked {

template std::unique_ptr<Boundary<Counted>> make_boundary(std::string_view);
template std::unique_ptr<PrefixSum<Counted>> make_prefix_sum(std::string_view);
template void gradient(const GradientTask<Counted>&, GradientResult<Counted>&, Boundary<Counted>&,
                       const PrefixSum<Counted>&);
template void attention(const AttentionTask<Counted>&, AttentionResult<Counted>&,
                        Boundary<Counted>&, const PrefixSum<Counted>&);
template void features(const FeaturesTask<Counted>&, FeaturesResult<Counted>&);

namespace distributed {
template void gradient(const GradientTask<Counted>&, GradientResult<Counted>&, Exchange<Counted>&,
                       Boundary<Counted>&, const PrefixSum<Counted>&);
template void attention(const AttentionTask<Counted>&, AttentionResult<Counted>&,
                        Exchange<Counted>&, const PrefixSum<Counted>&);
}  // namespace distributed

}  // namespace slim::chunked
