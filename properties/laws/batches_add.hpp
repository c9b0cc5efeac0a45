#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// The loss of a batch is the sum of its sequences' losses.
///
/// Statement: with the number of counted targets given, loss and gradient of a batch are the sums
/// of those of its sequences asked alone. Source: the loss is a sum over targets, and sequences do
/// not see each other. Generator: gradient_specs with B ≥ 2. Tolerance: twice the bound of
/// gradient_agrees, since the batch's answer and the sum may each be off by it. Kills: states that
/// are not reset between sequences, gradients overwritten in place of added.
Law batches_add();

}  // namespace slim::properties::laws
