// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nettle/sha1.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace slim::experiments {

/// SHA-1 of bytes that are added part by part.
class Sha1 {
 public:
  Sha1() { sha1_init(&state_); }
  void add(const void* bytes, std::size_t count) {
    sha1_update(&state_, count, static_cast<const std::uint8_t*>(bytes));
  }
  /// In hexadecimal, like sha1sum. Starts again.
  [[nodiscard]] std::string hex() {
    std::array<std::uint8_t, SHA1_DIGEST_SIZE> digest{};
    sha1_digest(&state_, digest.size(), digest.data());
    return fmt::format("{:02x}", fmt::join(digest, ""));
  }

 private:
  sha1_ctx state_{};
};

}  // namespace slim::experiments
