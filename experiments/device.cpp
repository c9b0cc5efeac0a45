#include "experiments/device.hpp"

namespace slim::experiments {

std::vector<Plan> device_plans(const Conditions& conditions) {
  struct Variant {
    const char* subject;
    Index slice;
  };
  const bool small = conditions.scale == Scale::ci;
  const Index longest = small ? Index{1} << 15 : Index{1} << 20;
  std::vector<Plan> plans;
  const std::vector<std::int64_t> mebibytes =
      small ? std::vector<std::int64_t>{64} : std::vector<std::int64_t>{64, 128, 256, 512};
  for (const std::int64_t cap : mebibytes) {
    for (const auto& [subject, slice] :
         {Variant{"softmax", longest}, Variant{"recovered/explicit", longest},
          Variant{"recovered/blocked", longest}, Variant{"stored/blocked", 256},
          Variant{"recovered/blocked", 256}}) {
      plans.push_back({.setting = {.subject = subject,
                                   .model = {.hidden_dim = 64, .layers = 2, .ffn_dim = 256},
                                   .length = longest,
                                   .slice = slice,
                                   .memory_cap = cap << 20,
                                   .seed = conditions.seed,
                                   .corpus = conditions.corpus},
                       .quantity = Quantity::longest});
    }
  }
  return plans;
}

}  // namespace slim::experiments
