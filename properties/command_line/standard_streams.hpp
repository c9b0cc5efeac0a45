#pragma once

#include <string_view>

namespace slim::command_line {

/// Prints text for people on standard output: what controls a terminal, or is not UTF-8, is '?'.
/// Throws OutputError.
void print(std::string_view text);

/// Prints bytes as they are: JSON, or a report in another format, which was made for that format.
/// Throws OutputError.
void print_exactly(std::string_view bytes);

/// Sends on what was printed. Throws OutputError when any of it was lost.
void flush_standard_output();

/// One line on standard error, cleaned as by print(). What cannot be written there is lost: nothing
/// is thrown.
void note(std::string_view line) noexcept;

/// Bytes for standard error as they are, such as a line of progress that moves the cursor. Nothing
/// is thrown.
void note_exactly(std::string_view bytes) noexcept;

/// Makes sure that a file opened later never takes the number of a standard stream that the caller
/// closed (`>&-`): records would be written where text is printed. To write to such a stream fails.
void keep_standard_descriptors();

}  // namespace slim::command_line
