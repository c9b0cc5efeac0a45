#include "reference/dual.hpp"

#include "reference/loss_definition.hpp"

namespace slim::reference {

template Dual loss(const GradientTask<Dual>&);

}  // namespace slim::reference
