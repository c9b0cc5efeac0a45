// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slim {

/// Whether a character is never printed: a control character, a character that hides or reorders
/// its neighbours (bidirectional controls, joiners, invisible operators, separators of lines,
/// tags), one that XML forbids, or none of Unicode. Source: Unicode Standard Annex 9, table 4, and
/// general categories Cc, Cf, Cs, Zl, Zp.
bool is_never_printed(char32_t code);

/// Text of unknown origin as part of a report: what is no UTF-8 and every character that is never
/// printed, other than a tab or the end of a line, is '?', one for each byte. The rest stays as it
/// is.
std::string printable(std::string_view text);

/// The same for an error message: one line, at most `longest` bytes and then "…"; tabs and ends of
/// lines become '?', too. Never cuts a character in two.
std::string on_one_line(std::string_view text, std::size_t longest = 60);

}  // namespace slim
