// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/sweep.hpp"
#include "experiments/records/record.hpp"

#include <span>
#include <string>

namespace slim::experiments {

/// Number of gradients of a training record, for its steps and validations. 0 for any other record.
Index gradients_of(const Record& job);

/// "training: 40 records are missing, about 3 h 20 min": an estimate for the trainings in
/// `missing`, from the time of one gradient of each kind, which is run twice. Empty when there are
/// none.
std::string training_estimate(std::span<const Record* const> missing,
                              const FindSubject& find_subject);

}  // namespace slim::experiments
