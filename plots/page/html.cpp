// SPDX-License-Identifier: Apache-2.0
#include "plots/page/html.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/markup.hpp"

#include <fmt/format.h>

#include <regex>

namespace slim::plots {

std::string escaped(std::string_view text) {
  return html(text);
}

std::string inline_svg(std::string svg, const std::string& prefix, const std::string& title,
                       const std::string& description) {
  const std::size_t begin = svg.find("<svg");
  const std::size_t end = svg.rfind("</svg>");
  require(begin != std::string::npos && end != std::string::npos && begin < end,
          prefix + ": gnuplot wrote an incomplete SVG");
  svg = svg.substr(begin, end + sizeof "</svg>\n" - 2 - begin);

  // Ids: id="x" and id='x'; references: href='#x' and url(#x).
  static const std::regex id(R"(\bid=(["'])([^"']*)\1)");
  static const std::regex reference(R"((href=["']#|url\(#))");
  svg = std::regex_replace(svg, id, "id=$1" + prefix + "-$2$1");
  svg = std::regex_replace(svg, reference, "$1" + prefix + "-");

  // Replaces gnuplot's title and description, which a browser would show for the figure.
  static const std::regex own_title(R"(<title>[^<]*</title>\s*<desc>[^<]*</desc>)");
  svg = std::regex_replace(
      svg, own_title,
      fmt::format(R"(<title id="{0}-title">{1}</title><desc id="{0}-description">{2}</desc>)",
                  prefix, escaped(title), escaped(description)),
      std::regex_constants::format_first_only);
  svg.insert(sizeof "<svg" - 1,
             fmt::format(R"( role="img" aria-labelledby="{0}-title {0}-description")", prefix));
  return svg;
}

}  // namespace slim::plots
