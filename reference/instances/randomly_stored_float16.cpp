#include "reference/gradient_definition.hpp"
#include "reference/randomly_stored.hpp"

namespace slim::reference {

template void gradient(const GradientTask<RandomlyStored<Float16>>&,
                       GradientResult<RandomlyStored<Float16>>&);

}  // namespace slim::reference
