#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace slim::experiments {

Verdict judge_process(const Claim& claim, std::span<const Record> records) {
  constexpr double own_pages = 2 << 20;
  constexpr double smallest = 8 << 20;
  using Place = std::tuple<std::string, std::string, Index, Index, Index>;
  const auto place = [](const Record& record) {
    const Setting& s = record.setting;
    return Place{record.experiment, s.subject, s.length, s.slice, s.model.hidden_dim};
  };
  std::map<Place, double> counted;
  for (const Record& record : records) {
    const auto* bytes = std::get_if<Bytes>(&record.measured);
    if (bytes == nullptr || !bytes->scratch.has_value()) continue;
    counted[place(record)] =
        static_cast<double>(bytes->peak - bytes->tokens) + static_cast<double>(*bytes->scratch);
  }
  double worst = 0.0;
  double low = std::numeric_limits<double>::infinity();
  int cells = 0;
  std::string against;
  for (const Record& record : records) {
    const auto* process = std::get_if<ProcessPeak>(&record.measured);
    const auto known = counted.find(place(record));
    if (process == nullptr || known == counted.end() || known->second < smallest) continue;
    const double grown = static_cast<double>(process->peak - process->baseline);
    const double beyond = std::max(0.0, std::abs(grown - known->second) - own_pages);
    const double share = beyond / known->second;
    ++cells;
    worst = std::max(worst, share);
    low = std::min(low, share);
    if (!(share <= claim.bound)) {
      against = fmt::format(
          "memory escapes the counter: {} grew by {:.1f} MiB, {:.1f} MiB were "
          "counted",
          summary(record.setting), grown / (1 << 20), known->second / (1 << 20));
    }
  }
  if (cells == 0) return inconclusive(claim, "records are missing: processes and their bytes");
  return {.claim = claim,
          .answer = against.empty() ? Answer::supported : Answer::refuted,
          .value = worst,
          .low = low,
          .high = worst,
          .evidence = against.empty()
                          ? fmt::format("{} fresh processes, at most {:.1f} % unexplained", cells,
                                        100.0 * worst)
                          : against};
}

}  // namespace slim::experiments
