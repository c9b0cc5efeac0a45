// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/estimate.hpp"

#include "experiments/workload/workload.hpp"
#include "reference/vocabulary/model/draw.hpp"
#include "reference/vocabulary/system/time_left.hpp"

#include <fmt/format.h>

#include <chrono>
#include <map>

namespace slim::experiments {
namespace {

/// Time of the second of two gradients on random tokens, so that all memory has been touched
/// before.
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

Index gradients_of(const Record& job) {
  const Training& t = job.setting.training;
  if (quantity_of(job.measured) != Quantity::training) return 0;
  const bool whole = job.setting.memory_cap > 0;  // a run in a process of limited memory is one leg
  const Index begin = whole ? t.switch_at : t.leg_begin(job.sample);
  const Index end = whole ? t.steps : t.leg_end(job.sample);
  const Index checks = end / t.check_every - begin / t.check_every;
  return end - begin + checks + (end == t.steps ? t.final_checks : 0);
}

std::string training_estimate(std::span<const Record* const> missing,
                              const FindSubject& find_subject) {
  std::map<std::string, double> known;
  double seconds = 0.0;
  std::size_t count = 0;
  for (const Record* job : missing) {
    const Index gradients = gradients_of(*job);
    if (gradients == 0) continue;
    ++count;
    const Setting& s = job->setting;
    const std::string kind = fmt::format("{} {} {}", name(s.training.task), s.subject, s.slice);
    auto found = known.find(kind);
    if (found == known.end()) {
      found = known.emplace(kind, seconds_of_gradient(find_subject(s.subject), s)).first;
    }
    seconds += found->second * static_cast<double>(gradients);
  }
  if (count == 0) return {};
  return fmt::format("training: {} record{} missing, about {}", count, count == 1 ? " is" : "s are",
                     in_words(std::chrono::seconds(static_cast<std::int64_t>(seconds))));
}

}  // namespace slim::experiments
