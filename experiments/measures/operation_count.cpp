// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/operation_count.hpp"

#include "experiments/workload/workload.hpp"

namespace slim::experiments {

Operations count_operations(const Subject& subject, const Setting& setting) {
  require_valid(setting);
  return count_operations(subject, setting, Sequences(setting.batch, setting.length));
}

Operations count_operations(const Subject& subject, Setting setting, const Sequences& sequences) {
  setting.threads = 1;  // each thread has its own counts
  Workload<Counted> workload(subject, setting, sequences);
  Counted::operations() = {};
  workload.run();
  return Counted::operations();
}

}  // namespace slim::experiments
