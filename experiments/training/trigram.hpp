// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/training/training_data.hpp"

namespace slim::experiments {

/// A baseline without a network: the loss of a model that counts the triples of bytes which the
/// training reads, on the batches of the final validation. Units: nats per target.
/// p(c | a b) = (n(a b c) + w p(c | b)) / (n(a b) + w), p(c | b) and p(c) likewise, and p = 1/V
/// below; w = 8.
double trigram_loss(const TrainingData& data, const Setting& setting);

}  // namespace slim::experiments
