// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace slim {

// Escaping of untrusted text (metadata of a case, names, paths, error messages), one function per
// output format. For terminals use printable() for text of several lines and on_one_line() for part
// of a line (printable.hpp). None of them passes control characters or bytes that are not UTF-8.

/// Text as content or as a quoted attribute in HTML or XML.
std::string html(std::string_view text);

/// Text as running text in Markdown, on one line, without any markup, tag or end of a table cell.
std::string markdown(std::string_view text);

/// Text as inline code in Markdown, with its backticks. `in_table`: also escapes the end of a table
/// cell.
std::string markdown_code(std::string_view text, bool in_table = false);

}  // namespace slim
