#include "reference/gradient_definition.hpp"
#include "reference/randomly_rounded.hpp"

namespace slim::reference {

template void gradient(const GradientTask<RandomlyRounded<float>>&,
                       GradientResult<RandomlyRounded<float>>&);

}  // namespace slim::reference
