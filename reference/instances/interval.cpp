// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/interval.hpp"

#include "reference/performer/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<Interval>&, GradientResult<Interval>&);

}  // namespace slim::reference
