// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slim {

/// Untrusted text for a report: every byte that is not UTF-8, every control character other than
/// tab and end of line, and U+FFFE and U+FFFF, which XML forbids, are replaced by '?', one for each
/// byte.
std::string printable(std::string_view text);

/// The same for an error message: one line, at most `longest` bytes and then "…"; tabs and ends of
/// lines become '?', too. Never cuts a character in two.
std::string on_one_line(std::string_view text, std::size_t longest = 60);

}  // namespace slim
