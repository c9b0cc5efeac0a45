// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace slim::command_line {

/// Whether text on this descriptor is coloured: it is a terminal, NO_COLOR (https://no-color.org)
/// is unset or empty, and TERM is not "dumb".
bool shows_colours(int descriptor);

/// The text with verdicts in colour: PASS and SUPPORTED green, SUSPECT, DRIFT and the like yellow,
/// all others red. Only whole words in capitals are verdicts.
std::string coloured(std::string_view text);

}  // namespace slim::command_line
