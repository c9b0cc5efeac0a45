#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slim {

/// Text of unknown origin as part of a paper: what is no UTF-8, a control character other than a
/// tab or the end of a line, or one of U+FFFE and U+FFFF, which XML forbids, too, is '?', one for
/// each byte. The rest stays as it is.
std::string printable(std::string_view text);

/// The same as part of a message: one line, at most `longest` bytes and then "…", so that tabs and
/// ends of lines are '?', too. No character is cut in two.
std::string on_one_line(std::string_view text, std::size_t longest = 60);

}  // namespace slim
