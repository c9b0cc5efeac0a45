// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/diagnosis/resemblance.hpp"
#include "properties/diagnosis/topic.hpp"
#include "properties/engine/numbered_case.hpp"

#include <map>
#include <optional>

namespace slim::properties {

/// Generated cases of every law on which suspects are compared, made when first needed. Together
/// they expose every mutant. Not thread-safe.
class ProbeSet {
 public:
  static constexpr int cases_of_models = 5;     ///< per law of whole models
  static constexpr int cases_of_attention = 8;  ///< per law of attention except these two
  static constexpr int cases_at_the_edge = 32;  ///< of stays-finite, conventions-agree
  static constexpr int most_large_cases = 5;    ///< in addition, of laws with designed sizes

  explicit ProbeSet(std::vector<Law> laws, std::uint64_t seed = 1)
      : laws_(std::move(laws)), seed_(seed) {}

  /// Throws ContractError if no law has this name.
  [[nodiscard]] const Law& law(const std::string& name) const;
  [[nodiscard]] bool has(std::string_view law) const;
  [[nodiscard]] std::span<const Law> laws() const { return laws_; }

  struct Case {
    const Law* law = nullptr;
    std::string readable;
    bool is_large = false;  ///< of designed sizes, which expose faults at the edges of blocks
    std::unique_ptr<Trial> trial;
    std::optional<ErrorScale> error_scale;
  };
  /// Only cases that can be judged in `scalar`.
  std::vector<Case>& cases(Topic topic, Scalar scalar);
  const ErrorScale& error_scale(Case& c, Scalar scalar);

 private:
  void add_case(std::vector<Case>& cases, const Law& law, CaseId id, Scalar scalar) const;

  std::vector<Law> laws_;
  std::uint64_t seed_;
  std::map<std::pair<Topic, Scalar>, std::vector<Case>> cases_;
};

}  // namespace slim::properties
