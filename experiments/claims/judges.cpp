#include "experiments/claims/judges.hpp"

#include "reference/vocabulary/contract.hpp"

#include <map>

namespace slim::experiments {

Verdict judge(const Claim& claim, std::span<const Record> records) {
  using Judge = Verdict (*)(const Claim&, std::span<const Record>);
  static const std::map<std::string, Judge> judges = {
      {"exact", judge_exact}, {"memory", judge_memory}, {"serial", judge_serial}};
  const auto found = judges.find(claim.judge);
  require(found != judges.end(), "claim " + claim.name + ": judge '" + claim.judge +
                                     "' is unknown: allowed are exact, memory, serial");
  return found->second(claim, records);
}

}  // namespace slim::experiments
