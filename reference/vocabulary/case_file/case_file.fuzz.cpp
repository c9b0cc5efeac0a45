// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/case_file/hostile_bytes.hpp"

#include <cstdint>
#include <vector>

// The libFuzzer target of case files: reading any bytes must return a case or throw a one-line
// error. Any other exception, or a sanitizer report, is a failure.

extern "C" {

std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  slim::read_hostile_bytes(std::as_bytes(std::span(data, size)));
  return 0;
}

/// Three of four mutations change only the header, and update its length, or only the data. Blind
/// mutations break the length and rarely get past its check.
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                    unsigned seed) {
  std::uint64_t header = 0;
  if (size >= sizeof(header)) std::memcpy(&header, data, sizeof(header));
  if (seed % 4 == 0 || size < sizeof(header) || header > size - sizeof(header)) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  const std::size_t end = sizeof(header) + static_cast<std::size_t>(header);
  if (seed % 4 == 1) return end + LLVMFuzzerMutate(data + end, size - end, max_size - end);
  const std::vector<std::uint8_t> tail(data + end, data + size);
  header = LLVMFuzzerMutate(data + sizeof(header), header, max_size - sizeof(header) - tail.size());
  std::memcpy(data, &header, sizeof(header));
  std::copy(tail.begin(), tail.end(), data + sizeof(header) + header);
  return sizeof(header) + header + tail.size();
}
}
