// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace slim::properties {

/// The sizes of a law's cases are stratified, not drawn: 5, 10, …, 100, then from 5 again. So every
/// subject gets small and large cases early, however many cases there are.
inline constexpr int stratified_sizes = 20;

/// The size of case `number`.
constexpr int stratified_size(int number) {
  return 100 / stratified_sizes * (number % stratified_sizes + 1);
}

/// The index of a size, from 0 to 19. A shape that a generator ties to one index occurs once in
/// every 20 cases of a law, for any seed.
constexpr int place_of(int size) {
  return (size - 1) * stratified_sizes / 100;
}

}  // namespace slim::properties
