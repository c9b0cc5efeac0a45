// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/uuid/detail/sha1.hpp>
#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace slim::experiments {

/// SHA-1 of bytes that are added part by part.
class Sha1 {
 public:
  void add(const void* bytes, std::size_t count) { sha1_.process_bytes(bytes, count); }
  /// In hexadecimal, like sha1sum.
  [[nodiscard]] std::string hex() {
    boost::uuids::detail::sha1::digest_type digest;
    sha1_.get_digest(digest);
    std::string text;
    for (const unsigned int word : digest) text += fmt::format("{:08x}", word);
    return text;
  }

 private:
  boost::uuids::detail::sha1 sha1_;
};

}  // namespace slim::experiments
