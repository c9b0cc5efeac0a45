// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/underflowing.hpp"

#include "reference/performer/attention_definition.hpp"

namespace slim::reference {

template void attention(const AttentionTask<Underflowing>&, AttentionResult<Underflowing>&);
template void attention_by_definition(const AttentionTask<Underflowing>&,
                                      AttentionResult<Underflowing>&);

}  // namespace slim::reference
