// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/gnuplot.hpp"

#include "plots/synthetic_records.test.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

namespace slim::plots {
namespace {

TEST(Gnuplot, writes_script_and_rows_unchanged) {
  const TestFolder folder;
  write_plot(folder.path(), "x", "print 1\n", {"a\tb", "", "0.30000000000000004\t2"});
  EXPECT_EQ(read_text_file(folder.path() / "x.gp"), "print 1\n");
  EXPECT_EQ(read_text_file(folder.path() / "x.tsv"), "a\tb\n\n0.30000000000000004\t2\n");
}

TEST(Gnuplot, refuses_a_missing_folder) {
  EXPECT_THROW(write_plot("/nonexistent/folder", "x", "print 1\n", {"a"}), ContractError);
}

TEST(Gnuplot, runs_a_script_in_its_folder) {
  const TestFolder folder;
  folder.write("good.gp", "set table 'out.txt'\nplot [0:1] x\n");
  run_gnuplot(folder.path(), "good.gp");
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "out.txt"));
}

TEST(Gnuplot, reports_an_error_in_a_script) {
  const TestFolder folder;
  folder.write("bad.gp", "set no_such_option\n");
  try {
    run_gnuplot(folder.path(), "bad.gp");
    FAIL() << "a script with an error was accepted";
  } catch (const GnuplotError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("bad.gp"), std::string::npos) << message;
    EXPECT_NE(message.find("no_such_option"), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

/// Sets an environment variable until the destructor runs.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    const char* before = std::getenv(name);
    if (before != nullptr) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

// For example a container user without a home folder, on a system without a font cache.
TEST(Gnuplot, draws_without_a_writable_font_cache) {
  const TestFolder folder;
  folder.write("fonts.conf",
               "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\">"
               "<fontconfig><dir>/usr/share/fonts</dir><cachedir>/dev/null/cache</cachedir>"
               "</fontconfig>");
  folder.write("text.gp",
               "set terminal pngcairo font 'DejaVu Sans'\nset output 'a.png'\nset title 'π'\n"
               "plot [0:1] x\n");
  const Variable fonts("FONTCONFIG_FILE", (folder.path() / "fonts.conf").string());
  EXPECT_NO_THROW(run_gnuplot(folder.path(), "text.gp"));
}

TEST(Gnuplot, reports_a_warning_about_missing_data) {
  // gnuplot exits with status 0 here, and writes a figure without the curve.
  const TestFolder folder;
  folder.write("absent.gp", "set terminal svg\nset output 'a.svg'\nplot [0:1] x, 'absent.tsv'\n");
  EXPECT_THROW(run_gnuplot(folder.path(), "absent.gp"), GnuplotError);
}

}  // namespace
}  // namespace slim::plots
