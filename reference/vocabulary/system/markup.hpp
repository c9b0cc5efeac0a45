#pragma once

#include <string>
#include <string_view>

namespace slim {

// Text of unknown origin (metadata of a case, names, paths, error messages) as part of an output:
// one function for each format. Of a terminal these are printable() for text of several lines and
// on_one_line() for a part of a line (printable.hpp). None of them lets a control character or a
// byte that is not UTF-8 through.

/// As content or as a quoted attribute in HTML or XML.
std::string html(std::string_view text);

/// As running text in Markdown, on one line: nothing in it is markup, a tag or the end of a cell of
/// a table.
std::string markdown(std::string_view text);

/// As code in a line of Markdown, with its backticks. `in_table`: a cell of a table does not end in
/// it.
std::string markdown_code(std::string_view text, bool in_table = false);

}  // namespace slim
