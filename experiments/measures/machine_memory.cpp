// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/machine_memory.hpp"

#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace slim::experiments {
namespace {

constexpr double gibibyte = 1 << 30;

double bytes_of(Scalar scalar) {
  switch (scalar) {
    case Scalar::float16:
    case Scalar::bfloat16:
      return 2.0;
    case Scalar::float32:
      return 4.0;
    default:
      return 8.0;  // lower bound for 50 digits
  }
}

}  // namespace

double machine_bytes() {
  double bytes = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
                 static_cast<double>(::sysconf(_SC_PAGE_SIZE));
  for (const char* limit :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    double allowed = 0.0;
    if (std::ifstream(limit) >> allowed && allowed > 0.0) bytes = std::min(bytes, allowed);
  }
  return bytes;
}

std::int64_t own_address_space() {
  std::int64_t pages = 0;  // first number of the file: program size in pages
  std::ifstream("/proc/self/statm") >> pages;
  return pages * ::sysconf(_SC_PAGE_SIZE);
}

void require_fits(const Setting& setting) {
  const double wanted =
      2.0 * static_cast<double>(parameter_count(setting.model)) * bytes_of(setting.scalar);
  const double has = machine_bytes();
  require(wanted <= has,
          fmt::format("the model has {} parameters, which need {:.1f} GiB with their gradient: "
                      "this machine has {:.1f} GiB; give a smaller --vocab, --hidden, --layers or "
                      "--ffn",
                      parameter_count(setting.model), wanted / gibibyte, has / gibibyte));
  const std::int64_t own = own_address_space();
  require(setting.memory_cap == 0 || setting.memory_cap > own,
          fmt::format("--memory-cap is {} bytes: give 0 for none, or more than the {} bytes that "
                      "the program itself needs",
                      setting.memory_cap, own));
}

}  // namespace slim::experiments
