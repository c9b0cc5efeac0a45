#include "reference/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<double>&, GradientResult<double>&);

}  // namespace slim::reference
