// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/numbered_case.hpp"

#include "properties/engine/cases/stratified_size.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>

namespace slim::properties {
namespace {

constexpr std::size_t most_attempts = 50;

/// A bijection in which every input bit affects all output bits. Source: the finaliser of
/// SplitMix64, Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014.
std::uint64_t scattered(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

/// Different for different laws, seeds and numbers.
std::uint64_t seed_of(const Law& law, std::uint64_t seed, CaseId id) {
  constexpr std::uint64_t designed = std::uint64_t{1} << 32U;
  const std::uint64_t of_law = scattered(stream_named(law.name.c_str()));
  const std::uint64_t number = static_cast<std::uint64_t>(id.number) + (id.designed ? designed : 0);
  return scattered(scattered(of_law ^ seed) + number);
}

}  // namespace

NumberedCase::NumberedCase(const Law& law, std::uint64_t seed, CaseId id)
    : law_(law), seed_(seed), id_(id) {}

std::unique_ptr<Draw> NumberedCase::draw(int attempt) const {
  const CaseShape shape = id_.designed ? CaseShape(id_.number, seed_) : stratified_size(id_.number);
  return law_.draw(seed_of(law_, seed_, id_), attempt, shape);
}

NumberedCase::Usable NumberedCase::usable(Scalar scalar) {
  std::string reason;
  for (std::size_t attempt = 0; attempt < most_attempts; ++attempt) {
    const int rejected = static_cast<int>(attempt);
    if (attempt == attempts_.size()) attempts_.emplace_back();
    Attempt& at = attempts_[attempt];
    std::optional<std::string>& unusable = at.unusable.at(static_cast<std::size_t>(scalar));
    if (!unusable || unusable->empty() || attempt + 1 == most_attempts) make(at, rejected);
    if (!unusable) unusable = at.trial->unusable(scalar);
    if (unusable->empty()) return {at.trial.get(), rejected, reason, nullptr, at.extents};
    reason = *unusable;
    const bool is_used = std::ranges::any_of(
        at.unusable, [](const std::optional<std::string>& why) { return why && why->empty(); });
    const bool is_last = attempt + 1 == most_attempts;
    if (!is_used && !is_last) at.trial.reset();  // since its truths may be large
  }
  return {nullptr, static_cast<int>(most_attempts), reason, attempts_.back().trial.get(), nullptr};
}

void NumberedCase::make(Attempt& at, int attempt) const {
  if (at.trial) return;
  const std::unique_ptr<Draw> drawn = draw(attempt);
  at.trial = drawn->trial();
  at.extents = std::make_shared<const Extents>(drawn->extents());
}

}  // namespace slim::properties
