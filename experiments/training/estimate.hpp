#pragma once

#include "experiments/experiment.hpp"
#include "experiments/sweep.hpp"

#include <span>

namespace slim::experiments {

/// Seconds that the plans' trainings will take from nothing, from the time of one gradient of each
/// kind, which is run twice.
double estimated_seconds(std::span<const Plan> plans, const FindSubject& find_subject);

}  // namespace slim::experiments
