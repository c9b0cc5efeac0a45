// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/binary_digits.hpp"
#include "reference/performer/gradient_definition.hpp"

namespace slim::reference {

template void gradient(const GradientTask<BinaryDigits100>&, GradientResult<BinaryDigits100>&);

}  // namespace slim::reference
