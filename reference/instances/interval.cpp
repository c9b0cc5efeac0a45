#include "reference/interval.hpp"

#include "reference/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<Interval>&, GradientResult<Interval>&);

}  // namespace slim::reference
