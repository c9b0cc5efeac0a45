#include "reference/gradient_definition.hpp"
#include "reference/randomly_stored.hpp"

namespace slim::reference {

template void gradient(const GradientTask<RandomlyStored<BFloat16>>&,
                       GradientResult<RandomlyStored<BFloat16>>&);

}  // namespace slim::reference
