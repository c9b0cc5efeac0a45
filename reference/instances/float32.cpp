#include "reference/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<float>&, GradientResult<float>&);

}  // namespace slim::reference
