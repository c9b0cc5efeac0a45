// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace slim::plots {

/// The style sheet of the report: light or dark by the reader's preference. Below 720 pixels the
/// verdicts are shown as cards, so that nothing is wider than the page.
std::string_view page_style();

}  // namespace slim::plots
