#include "reference/perturbed.hpp"

#include "reference/attention_definition.hpp"

namespace slim::reference {

template void attention(const AttentionTask<Perturbed>&, AttentionResult<Perturbed>&);

}  // namespace slim::reference
