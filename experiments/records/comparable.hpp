#pragma once

#include "experiments/records/record.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace slim::experiments {

/// Records that may be judged together.
struct Comparable {
  std::vector<Record> records;  ///< one for each sample of each place
  Provenance provenance;        ///< of the newest
  std::size_t left_out = 0;     ///< others of the scale
};

/// Of one scale, whatever machines they were measured on: those of the code, compiler, flags and
/// text of the newest. Of each experiment and quantity those with as many threads as its newest;
/// and where the machine tells the result, seconds, a process's memory and trainings, those of the
/// newest's processor.
/// Throws ContractError, naming the scales that there are, when no record is of this one.
Comparable comparable(const std::vector<Record>& records, std::string_view scale);

}  // namespace slim::experiments
