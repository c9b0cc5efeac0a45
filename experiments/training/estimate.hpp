#pragma once

#include "experiments/plans/sweep.hpp"
#include "experiments/records/record.hpp"

#include <span>
#include <string>

namespace slim::experiments {

/// How many gradients the record of a training takes: of its steps and its validations. 0 of any
/// other record.
Index gradients_of(const Record& job);

/// "training: 40 records are missing, about 3 h 20 min": of the trainings among the records to
/// come, from the time of one gradient of each kind, which is run twice. Empty where there is none.
std::string training_estimate(std::span<const Record* const> missing,
                              const FindSubject& find_subject);

}  // namespace slim::experiments
