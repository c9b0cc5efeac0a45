#include "reference/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<Digits50>&, GradientResult<Digits50>&);

}  // namespace slim::reference
