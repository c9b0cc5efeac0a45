// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slim::command_line {

/// "law 'averges' is unknown: did you mean 'averages'? allowed are …". Without the question if no
/// allowed name is similar. Of many names only the closest are listed: "the closest of 88 are …;
/// slim-verify subjects lists all", where `lister` is "slim-verify subjects".
std::string unknown_name(std::string_view kind, std::string_view given,
                         const std::vector<std::string>& allowed, std::string_view lister);

}  // namespace slim::command_line
