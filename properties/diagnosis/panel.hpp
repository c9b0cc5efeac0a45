#pragma once

#include "properties/diagnosis/resemblance.hpp"
#include "properties/diagnosis/topic.hpp"
#include "properties/engine/numbered_case.hpp"

#include <map>
#include <optional>

namespace slim::properties {

/// Drawn cases of every law on which to tell suspects apart, made on first need. Together they
/// expose every mutant. Used by one thread at a time.
class Panel {
 public:
  static constexpr int cases_of_models = 5;     ///< a law
  static constexpr int cases_of_attention = 8;  ///< a law, but
  static constexpr int cases_at_the_edge = 32;  ///< of stays-finite: few maps and sizes reach ∞
  static constexpr int most_large_cases = 5;    ///< more, of laws whose sizes are designed

  explicit Panel(std::vector<Law> laws, std::uint64_t seed = 1)
      : laws_(std::move(laws)), seed_(seed) {}

  /// Throws ContractError when there is none of the name.
  [[nodiscard]] const Law& law(const std::string& name) const;
  [[nodiscard]] bool has(std::string_view law) const;
  [[nodiscard]] std::span<const Law> laws() const { return laws_; }

  struct Case {
    const Law* law = nullptr;
    std::string readable;
    bool is_large = false;  ///< of designed sizes: who goes wrong at edges of blocks does there
    std::unique_ptr<Trial> trial;
    std::optional<Yardstick> yardstick;
  };
  /// Only such as `scalar` can judge.
  std::vector<Case>& cases(Topic topic, Scalar scalar);
  const Yardstick& yardstick(Case& c, Scalar scalar);

 private:
  void add_case(std::vector<Case>& cases, const Law& law, CaseId id, Scalar scalar) const;

  std::vector<Law> laws_;
  std::uint64_t seed_;
  std::map<std::pair<Topic, Scalar>, std::vector<Case>> cases_;
};

}  // namespace slim::properties
