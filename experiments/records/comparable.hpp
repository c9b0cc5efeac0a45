// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace slim::experiments {

/// Records that may be judged together.
struct Comparable {
  std::vector<Record> records;  ///< one for each sample of each place
  Provenance provenance;        ///< of the newest record
  std::size_t left_out = 0;     ///< number of other records of the scale
};

/// Whether the result depends on the machine: seconds, memory of a process, trainings.
bool depends_on_machine(Quantity quantity);

/// Selects the records of one scale, of any machine, with the code, compiler, flags and text of the
/// newest record. For each experiment and quantity, only those with as many threads as its newest.
/// Where the result depends on the machine (seconds, process memory, trainings), only those of the
/// newest record's processor.
/// Throws ContractError that names the available scales when no record has this scale.
Comparable comparable(const std::vector<Record>& records, std::string_view scale);

/// The hosts, by name and without those of older records, whose results depend on the machine.
std::set<std::string> hosts_of_machine_results(const std::vector<Record>& records);

}  // namespace slim::experiments
