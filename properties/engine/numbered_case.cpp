#include "properties/engine/numbered_case.hpp"

#include "properties/engine/dealt_size.hpp"
#include "reference/vocabulary/random.hpp"

namespace slim::properties {
namespace {

constexpr std::size_t most_attempts = 50;

/// A bijection that spreads every bit over all. Source: the finaliser of SplitMix64, Steele, Lea
/// and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
std::uint64_t scattered(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

/// Neither two laws nor two seeds nor two numbers draw alike.
std::uint64_t seed_of(const Law& law, std::uint64_t seed, int number) {
  const std::uint64_t of_law = scattered(stream_named(law.name.c_str()));
  return scattered(scattered(of_law ^ seed) + static_cast<std::uint64_t>(number));
}

}  // namespace

NumberedCase::NumberedCase(const Law& law, std::uint64_t seed, int number)
    : law_(law), seed_(seed), number_(number) {}

std::unique_ptr<Draw> NumberedCase::draw(int attempt) const {
  return law_.draw(seed_of(law_, seed_, number_), attempt, dealt_size(number_));
}

NumberedCase::Usable NumberedCase::usable(Scalar scalar) {
  std::string reason;
  for (std::size_t attempt = 0; attempt < most_attempts; ++attempt) {
    const int put_back = static_cast<int>(attempt);
    if (attempt == trials_.size()) trials_.push_back(draw(put_back)->trial());
    std::string unusable = trials_[attempt]->unusable(scalar);
    if (unusable.empty()) return {trials_[attempt].get(), put_back, reason, nullptr};
    reason = std::move(unusable);
  }
  return {nullptr, static_cast<int>(most_attempts), reason, trials_.back().get()};
}

}  // namespace slim::properties
