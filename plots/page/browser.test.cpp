// SPDX-License-Identifier: Apache-2.0
// Checks the report in headless Chromium at phone and desktop width, light and dark.
#include "plots/figures/catalogue.hpp"
#include "plots/synthetic_records.test.hpp"
#include "reference/vocabulary/system/child_program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <regex>

namespace slim::plots {
namespace {

/// The path of Chromium; empty if it is not installed.
std::string chromium() {
  const std::string path =
      run_child({.program = "sh",
                 .arguments = {"-c",
                               "command -v chromium || command -v chromium-browser || "
                               "command -v google-chrome"}})
          .output;
  return path.substr(0, path.find('\n'));
}

/// Shows page.html in frames of both widths and both colour schemes, and writes measurements.
constexpr const char* measuring_page = R"html(<!DOCTYPE html>
<html style="color-scheme: light"><meta charset="utf-8"><body><script>
for (const width of [400, 1400]) for (const scheme of ['light', 'dark']) {
  const frame = document.createElement('iframe');
  frame.src = 'page.html';
  frame.style = `width: ${width}px; height: 900px; border: 0; color-scheme: ${scheme}`;
  frame.dataset.scheme = scheme;
  document.body.append(frame);
}
const luminance = colour => {
  const part = x => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  const [r, g, b] = colour.match(/[\d.]+/g).map(Number).map(part);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
addEventListener('load', () => {
  const frames = [...document.querySelectorAll('iframe')].map(frame => {
    const page = frame.contentDocument, view = frame.contentWindow, root = page.documentElement;
    const style = view.getComputedStyle(page.body);
    const ground = luminance(style.backgroundColor), ink = luminance(style.color);
    const figures = [...page.querySelectorAll('figure[id]')];
    const inView = (box, width, height) => box && box.width >= width && box.height >= height &&
                                           box.left >= 0 && box.right <= view.innerWidth;
    const visible = figure =>
      inView(figure.querySelector('svg')?.getBoundingClientRect(), 200, 150);
    const cells = [...page.querySelectorAll('[aria-labelledby=table1] td[data-name]')];
    return {width: view.innerWidth, scheme: frame.dataset.scheme,
            overflow: root.scrollWidth - root.clientWidth, figures: figures.length,
            invisible: figures.filter(figure => !visible(figure)).map(figure => figure.id),
            cells: cells.filter(cell => inView(cell.getBoundingClientRect(), 100, 60)).length,
            ground, contrast: (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05)};
  });
  const measured = document.createElement('pre');
  measured.id = 'measured';
  measured.textContent = JSON.stringify(frames);
  document.body.append(measured);
});
</script></body></html>
)html";

struct Measured {
  nlohmann::json frames;             ///< four
  std::vector<std::string> console;  ///< messages on the console
};

class Browser : public ::testing::Test {
 protected:
  void SetUp() override {
    program_ = chromium();
    if (program_.empty()) GTEST_SKIP() << "Chromium is not installed";
  }

  /// Shows page.html of the folder.
  Measured measure() {
    folder_.write("frames.html", measuring_page);
    const std::string at = folder_.path().string();
    const ChildOutcome outcome =
        run_child({.program = "timeout",
                   .arguments = {"120", program_, "--headless", "--no-sandbox", "--disable-gpu",
                                 "--no-first-run", "--allow-file-access-from-files",
                                 "--enable-logging=stderr", "--user-data-dir=" + at + "/profile",
                                 "--dump-dom", "file://" + at + "/frames.html"}});
    constexpr int timed_out = 124;
    EXPECT_NE(outcome.status, timed_out) << "Chromium timed out";
    Measured measured;
    const std::string& dom = outcome.output;
    const std::string& log = outcome.errors;
    static const std::regex result(R"re(<pre id="measured">([^<]*)</pre>)re");
    static const std::regex console_line(R"(CONSOLE[^\n]*)");
    std::smatch found;
    EXPECT_TRUE(std::regex_search(dom, found, result)) << log;
    if (!found.empty()) measured.frames = nlohmann::json::parse(found[1].str());
    for (std::sregex_iterator i(log.begin(), log.end(), console_line), end; i != end; ++i) {
      measured.console.push_back(i->str());
    }
    return measured;
  }

  std::string program_;
  TestFolder folder_;
};

TEST_F(Browser, shows_the_whole_report_on_phone_and_desktop_light_and_dark) {
  write_synthetic(folder_);
  const std::string at = folder_.path().string();
  ASSERT_EQ(run_child({.program = SLIM_PLOT,
                       .arguments = {"report", "--records", at, "--out", at + "/page.html"}})
                .status,
            0);
  const Measured measured = measure();
  EXPECT_EQ(measured.console, std::vector<std::string>());
  ASSERT_EQ(measured.frames.size(), 4U);
  for (const nlohmann::json& frame : measured.frames) {
    EXPECT_EQ(frame.at("overflow"), 0) << frame;
    EXPECT_EQ(frame.at("figures"), catalogue().size()) << frame;
    EXPECT_EQ(frame.at("invisible"), nlohmann::json::array()) << frame;
    EXPECT_EQ(frame.at("cells"), 12) << "of table 1: " << frame;
    EXPECT_GE(frame.at("contrast").get<double>(), 7.0) << frame;
    if (frame.at("scheme") == "dark") {
      EXPECT_LE(frame.at("ground").get<double>(), 0.05) << frame;
    } else {
      EXPECT_GE(frame.at("ground").get<double>(), 0.8) << frame;
    }
  }
  EXPECT_EQ(measured.frames[0].at("width"), 400);
  EXPECT_EQ(measured.frames[2].at("width"), 1400);
}

TEST_F(Browser, detects_a_defective_page) {
  folder_.write("page.html",
                R"html(<!DOCTYPE html><html><body style="background: #888; color: #777">
<div style="width: 900px">wide</div>
<figure id="good"><svg width="300" height="200"></svg></figure>
<figure id="hidden" style="display: none"><svg width="300" height="200"></svg></figure>
<figure id="none"></figure><figure id="far"><svg width="1600" height="200"></svg></figure>
<section aria-labelledby="table1"><table><tr>
<td data-name="measured" style="width: 120px; height: 60px">O(L)</td></tr><tr>
<td data-name="low" style="width: 120px; height: 20px">O(L)</td></tr></table></section>
<script>nonsense();</script></body></html>)html");
  const Measured measured = measure();
  EXPECT_EQ(measured.console.size(), 4U) << "one per frame";
  ASSERT_EQ(measured.frames.size(), 4U);
  for (const nlohmann::json& frame : measured.frames) {
    EXPECT_GT(frame.at("overflow").get<int>(), 0) << frame;
    EXPECT_EQ(frame.at("invisible"), (nlohmann::json{"hidden", "none", "far"})) << frame;
    EXPECT_EQ(frame.at("cells"), 1) << frame;
    EXPECT_LT(frame.at("contrast").get<double>(), 7.0) << frame;
    EXPECT_LT(frame.at("ground").get<double>(), 0.8) << frame;
    EXPECT_GT(frame.at("ground").get<double>(), 0.05) << frame;
  }
}

}  // namespace
}  // namespace slim::plots
