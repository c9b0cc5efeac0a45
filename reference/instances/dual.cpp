// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/dual.hpp"

#include "reference/performer/attention_definition.hpp"
#include "reference/performer/loss_definition.hpp"

namespace slim::reference {

template Dual loss(const GradientTask<Dual>&);
template void attention(const AttentionTask<Dual>&, AttentionResult<Dual>&);
template void attention_by_definition(const AttentionTask<Dual>&, AttentionResult<Dual>&);

}  // namespace slim::reference
