#pragma once

namespace slim::properties {

/// Sizes are dealt to a law's cases in turn and not drawn: 5, 10, …, 100, and from 5 again, so that
/// small and large cases meet every subject early, however many there are.
inline constexpr int dealt_sizes = 20;

/// Of case `number`.
constexpr int dealt_size(int number) {
  return 100 / dealt_sizes * (number % dealt_sizes + 1);
}

/// Which of the sizes this is, from 0 to 19. What a generator makes of one place, such as a shape
/// that it seldom draws, is in every 20 cases of a law once, whatever the seed.
constexpr int place_of(int size) {
  return (size - 1) * dealt_sizes / 100;
}

}  // namespace slim::properties
