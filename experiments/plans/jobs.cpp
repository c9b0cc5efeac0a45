// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/jobs.hpp"

#include "experiments/records/comparable.hpp"
#include "reference/vocabulary/model/parameters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace slim::experiments {

double weight(const Job& job) {
  const double work = static_cast<double>(job.setting.batch * job.setting.length) *
                      static_cast<double>(parameter_count(job.setting.model));
  if (quantity_of(job.measured) == Quantity::training) {
    const Training& t = job.setting.training;
    const Index steps = job.setting.memory_cap > 0
                            ? t.steps - t.switch_at
                            : t.leg_end(job.sample) - t.leg_begin(job.sample);
    return work * static_cast<double>(steps);
  }
  // The constant cost of a slice, which reads and writes every parameter a few times, equals that
  // of about 16 rows of products.
  return work * (1.0 + 16.0 / static_cast<double>(job.setting.slice));
}

std::vector<std::string> kinds(const Job& job) {
  const Quantity quantity = quantity_of(job.measured);
  const Setting& s = job.setting;
  Setting any_seed = s;
  any_seed.seed = 0;
  std::vector<std::string> alike = {
      fmt::format("{} {}", name(quantity), fmt::join(to_arguments(any_seed), " ")),
      fmt::format("{} {} {} {} {}", name(quantity), s.subject, name(s.scalar),
                  name(s.model.feature_map), s.full_pass() ? "full" : "sliced"),
      std::string(name(quantity))};
  switch (quantity) {
    case Quantity::seconds:
    case Quantity::bytes:
    case Quantity::process:
      alike.emplace_back("a gradient");
      break;
    default:
      break;
  }
  return alike;
}

bool can_run_in_parallel(const Job& job) {
  switch (quantity_of(job.measured)) {
    case Quantity::operations:
    case Quantity::overhead:
    case Quantity::gradient_error:
    case Quantity::gradient_discrepancy:
    case Quantity::key_spread:
    case Quantity::softmax_error:
    case Quantity::switch_error:
    case Quantity::distributed:
      break;
    case Quantity::process:  // measured in a separate process
    case Quantity::longest:
      break;
    default:
      return false;
  }
  const Setting& s = job.setting;
  if (s.memory_cap > 0) return true;
  constexpr Index most_activations = Index{1} << 24;
  constexpr Index most_sums = Index{1} << 27;
  const Index width = s.model.hidden_dim * s.model.layers;
  return s.batch * s.length <= most_activations / width &&
         s.batch * s.slices() <= most_sums / (width * s.model.head_dim());
}

bool runs_on_any_host(const Job& job) {
  return can_run_in_parallel(job) && !depends_on_machine(quantity_of(job.measured));
}

std::string batch_key(const Job& job) {
  Setting shared = job.setting;
  if (shared.memory_cap > 0) return place(job);
  shared.subject = "any";
  shared.scalar = Scalar::float64;
  shared.slice = 1;
  shared.first_sweep = FirstSweep::lazy;
  return fmt::format("{} {} {}", job.experiment, name(quantity_of(job.measured)),
                     fmt::join(to_arguments(shared), " "));
}

}  // namespace slim::experiments
