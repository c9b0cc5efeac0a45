#include "experiments/measures/operation_count.hpp"

#include "experiments/measures/workload.hpp"

namespace slim::experiments {

Operations count_operations(const Subject& subject, Setting setting) {
  setting.threads = 1;  // each thread has its own counts
  Workload<Counted> workload(subject, setting);
  Counted::operations() = {};
  workload.run();
  return Counted::operations();
}

}  // namespace slim::experiments
