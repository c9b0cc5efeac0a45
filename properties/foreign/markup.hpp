#pragma once

#include <string>
#include <string_view>

namespace slim::properties::foreign {

/// Text as content or as an attribute in quotes, in HTML or XML.
std::string html(std::string_view text);

}  // namespace slim::properties::foreign
