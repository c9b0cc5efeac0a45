// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace slim::plots {

/// slim::html() under another name, since variables in this folder are named `html`.
std::string escaped(std::string_view text);

/// Prepares gnuplot's SVG for a page with others: removes the XML prologue, prefixes every id and
/// reference with `prefix`, and adds `title` and `description` for screen readers. Throws
/// ContractError when it is not a complete SVG.
std::string inline_svg(std::string svg, const std::string& prefix, const std::string& title,
                       const std::string& description);

}  // namespace slim::plots
