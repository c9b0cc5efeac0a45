// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/perturbed.hpp"

#include "reference/performer/attention_definition.hpp"

namespace slim::reference {

template void attention(const AttentionTask<Perturbed>&, AttentionResult<Perturbed>&);

}  // namespace slim::reference
