// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace slim::command_line {

/// Prints text on standard output; terminal control characters and bytes that are not UTF-8 become
/// '?'. On a terminal, verdicts are coloured (colours.hpp). Throws OutputError.
void print(std::string_view text);

/// Prints bytes unchanged, for JSON and other formats that are escaped already. Throws OutputError.
void print_exactly(std::string_view bytes);

/// Flushes standard output. Throws OutputError if any output was lost.
void flush_standard_output();

/// Prints one line on standard error, cleaned as by print(). Throws nothing: what cannot be written
/// is lost.
void note(std::string_view line) noexcept;

/// Prints bytes on standard error unchanged, such as a progress line that moves the cursor. Throws
/// nothing.
void note_exactly(std::string_view bytes) noexcept;

/// Occupies the descriptors of standard streams that the caller closed (`>&-`), so that no file
/// opened later gets their number and receives printed text. Writing to such a stream fails.
void keep_standard_descriptors();

}  // namespace slim::command_line
