// SPDX-License-Identifier: Apache-2.0
#include "plots/page/html.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/markup.hpp"

#include <fmt/format.h>

#include <array>
#include <regex>
#include <utility>

namespace slim::plots {

std::string escaped(std::string_view text) {
  return html(text);
}

namespace {

/// Colours of gnuplot's drawing as variables of the page, which differ in dark mode. Curves keep
/// their colours, except the darkest.
std::string with_page_colours(std::string svg) {
  static const std::array<std::pair<std::regex, const char*>, 12> colours = [] {
    const auto value = [](const std::string& pattern) {
      return std::regex("([\"'])(?:" + pattern + ")\\1");
    };
    const auto rgb = [](int red, int green, int blue) {
      return fmt::format(R"(rgb\( *{}, *{}, *{}\))", red, green, blue);
    };
    return std::array<std::pair<std::regex, const char*>, 12>{{
        {value("#[fF]{6}|" + rgb(255, 255, 255)), "$1var(--card)$1"},
        {value("black|" + rgb(0, 0, 0) + "|" + rgb(51, 51, 51)), "$1var(--ink)$1"},
        {value(rgb(85, 85, 85) + "|" + rgb(119, 119, 119)), "$1var(--quiet)$1"},
        {value("lightgrey|" + rgb(230, 230, 230)), "$1var(--line)$1"},
        {value(rgb(0, 102, 74)), "$1var(--supported)$1"},
        {value(rgb(160, 61, 0)), "$1var(--refuted)$1"},
        {value(rgb(91, 83, 0)), "$1var(--inconclusive)$1"},
        {value(rgb(92, 58, 30)), "$1var(--brown)$1"},
        {value(rgb(0, 114, 178)), "$1var(--blue)$1"},
        {value(rgb(217, 217, 217)), "$1var(--band)$1"},
        {value(rgb(166, 166, 166) + "|" + rgb(196, 196, 196)), "$1var(--dark-band)$1"},
        {value(rgb(246, 213, 194)), "$1var(--full-pass-band)$1"},
    }};
  }();
  for (const auto& [pattern, variable] : colours) svg = std::regex_replace(svg, pattern, variable);
  return svg;
}

}  // namespace

std::string inline_svg(std::string svg, const std::string& prefix, const std::string& title,
                       const std::string& description) {
  const std::size_t begin = svg.find("<svg");
  const std::size_t end = svg.rfind("</svg>");
  require(begin != std::string::npos && end != std::string::npos && begin < end,
          prefix + ": gnuplot wrote an incomplete SVG");
  svg = svg.substr(begin, end + sizeof "</svg>\n" - 2 - begin);

  svg = with_page_colours(std::move(svg));
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
