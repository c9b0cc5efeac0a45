#include "reference/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<BFloat16>&, GradientResult<BFloat16>&);

}  // namespace slim::reference
