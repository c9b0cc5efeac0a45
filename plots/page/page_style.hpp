#pragma once

#include <string_view>

namespace slim::plots {

/// The report's style sheet: light and dark by the reader's preference; below 720 pixels the
/// verdicts become cards, so that nothing is wider than the page.
std::string_view page_style();

}  // namespace slim::plots
