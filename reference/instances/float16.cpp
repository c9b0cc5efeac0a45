#include "reference/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<Float16>&, GradientResult<Float16>&);

}  // namespace slim::reference
