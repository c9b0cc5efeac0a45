// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slim {

/// Whether a character is never printed: a control character, one that is invisible or reorders its
/// neighbours (bidirectional controls, joiners, fillers, variation selectors, separators of lines
/// and paragraphs, tags), half of a surrogate pair, or beyond Unicode. Source: Unicode Character
/// Database 15, general categories Cc, Cs, Zl and Zp, property Default_Ignorable_Code_Point, and
/// interlinear annotations; U+FFFE and U+FFFF, which XML forbids.
bool is_never_printed(char32_t code);

/// Text of unknown origin as part of a report: each byte that is not part of valid UTF-8, and each
/// byte of a character that is never printed, becomes '?', except tabs and ends of lines ("\n").
/// The rest stays as it is.
std::string printable(std::string_view text);

/// The same on one line, for an error message: at most `longest` bytes and then "…"; tabs and ends
/// of lines become '?', too. Never cuts a character in two.
std::string on_one_line(std::string_view text, std::size_t longest = 60);

}  // namespace slim
