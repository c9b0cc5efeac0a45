#include "reference/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<Counted>&, GradientResult<Counted>&);

}  // namespace slim::reference
