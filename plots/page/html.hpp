#pragma once

#include <string>
#include <string_view>

namespace slim::plots {

/// slim::html() under another name, since a page under construction is called `html` here.
std::string escaped(std::string_view text);

/// gnuplot's SVG as it may stand in a page beside others: without the XML prologue, every id and
/// reference to it prefixed by `prefix`, named by `title` and `description` for those who do not
/// see it, scaled to its place. Throws ContractError when it is not gnuplot's.
std::string inline_svg(std::string svg, const std::string& prefix, const std::string& title,
                       const std::string& description);

}  // namespace slim::plots
