#include "properties/engine/numbered_case.hpp"

namespace slim::properties {
namespace {

constexpr std::size_t most_attempts = 50;

/// Sizes cycle, so that small and large cases meet every subject early, however many there are.
int size_of(int number) {
  return 5 * (number % 20 + 1);
}

}  // namespace

NumberedCase::NumberedCase(const Law& law, std::uint64_t seed, int number)
    : law_(law), seed_(seed), number_(number) {}

std::unique_ptr<Draw> NumberedCase::draw(int attempt) const {
  return law_.draw(seed_ + static_cast<std::uint64_t>(number_), attempt, size_of(number_));
}

NumberedCase::Usable NumberedCase::usable(Scalar scalar) {
  std::string reason;
  for (std::size_t attempt = 0; attempt < most_attempts; ++attempt) {
    const int put_back = static_cast<int>(attempt);
    if (attempt == trials_.size()) trials_.push_back(draw(put_back)->trial());
    std::string unusable = trials_[attempt]->unusable(scalar);
    if (unusable.empty()) return {trials_[attempt].get(), put_back, reason};
    reason = std::move(unusable);
  }
  return {nullptr, static_cast<int>(most_attempts), reason};
}

}  // namespace slim::properties
