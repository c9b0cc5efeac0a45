#include "experiments/training/estimate.hpp"

#include "experiments/measures/workload.hpp"
#include "reference/vocabulary/draw.hpp"

#include <fmt/format.h>

#include <chrono>
#include <map>

namespace slim::experiments {
namespace {

/// The second of two gradients on drawn tokens, so that no memory is touched for the first time.
double seconds_of_gradient(const Subject& subject, const Setting& setting) {
  return in_scalar(setting.scalar, [&]<class T>() {
    Workload<T> workload(
        subject, setting,
        draw_sequences(setting.batch, setting.length, setting.model.vocab_size, 1));
    workload.run();
    const auto begin = std::chrono::steady_clock::now();
    workload.run();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  });
}

}  // namespace

double estimated_seconds(std::span<const Plan> plans, const FindSubject& find_subject) {
  std::map<std::string, double> known;
  double total = 0.0;
  for (const Plan& plan : plans) {
    const Setting& s = plan.setting;
    const std::string kind = fmt::format("{} {} {}", name(s.training.task), s.subject, s.slice);
    auto found = known.find(kind);
    if (found == known.end()) {
      found = known.emplace(kind, seconds_of_gradient(find_subject(s.subject), s)).first;
    }
    const Training& t = s.training;
    const Index steps = t.steps - t.switch_at;
    const Index gradients = steps + steps / t.check_every + t.final_checks;
    total += found->second * static_cast<double>(gradients);
  }
  return total;
}

}  // namespace slim::experiments
