// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/device.hpp"

#include "experiments/workload/corpus.hpp"

#include <algorithm>
#include <bit>

namespace slim::experiments {
namespace {

/// 2^20 tokens, or the largest power of two that a shorter text has; the verdict then says that no
/// longer sequences were tried. A missing text is rejected later.
Index longest_tried(const std::filesystem::path& corpus) {
  constexpr Index most = Index{1} << 20;
  std::error_code status;
  if (!std::filesystem::is_regular_file(corpus, status)) return most;
  const Index targets = text_length(corpus, most + 1) - 1;
  if (targets >= most) return most;
  return static_cast<Index>(
      std::bit_floor(static_cast<std::uint64_t>(std::max<Index>(targets, 64))));
}

}  // namespace

std::vector<Plan> device_plans(const Conditions& conditions) {
  struct Variant {
    const char* subject;
    Index slice;
  };
  const bool small = conditions.scale == Scale::ci;
  const Model model = small ? Model{.hidden_dim = 32, .layers = 2, .ffn_dim = 128}
                            : Model{.hidden_dim = 64, .layers = 2, .ffn_dim = 256};
  const Index longest = longest_tried(conditions.corpus);
  std::vector<Plan> plans;
  const std::vector<std::int64_t> mebibytes =
      small ? std::vector<std::int64_t>{64} : std::vector<std::int64_t>{64, 128, 256, 512};
  for (const std::int64_t cap : mebibytes) {
    for (const auto& [subject, slice] :
         {Variant{"softmax", longest}, Variant{"recovered/explicit", longest},
          Variant{"recovered/blocked", longest}, Variant{"stored/blocked", 256},
          Variant{"recovered/blocked", 256}}) {
      plans.push_back({.setting = {.subject = subject,
                                   .model = model,
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
