// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/figure_command.hpp"

#include "experiments/records/example_records.hpp"
#include "plots/figures/catalogue.hpp"

#include <gtest/gtest.h>

namespace slim::plots {
namespace {

/// The options after --scale in the command for the discrepancies of figure 2 at scale ci, whose
/// default is two seeds.
std::string options_of(std::uint64_t first_seed, std::uint64_t seeds, int threads,
                       const char* corpus) {
  std::vector<Record> records;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    Record record = experiments::example_record(experiments::FullDiscrepancy{.relative = 1e-6});
    record.experiment = "figure2";
    record.setting.seed = seed;
    record.setting.threads = threads;
    record.setting.corpus = corpus;
    records.push_back(record);
  }
  const std::string line = figure_command(find_figure("figure2-discrepancy"), records);
  const std::string begin = "slim-measure sweep --experiment figure2 --scale ci";
  const std::string end =
      " --out results && slim-plot figures --figure figure2-discrepancy --records results --out "
      "figures";
  EXPECT_TRUE(line.starts_with(begin)) << line;
  EXPECT_TRUE(line.ends_with(end)) << line;
  return line.substr(begin.size(), line.size() - begin.size() - end.size());
}

TEST(FigureCommand, ContainsOnlyOptionsThatDifferFromTheDefault) {
  EXPECT_EQ(options_of(1, 2, 2, "gcide.dict.dz"), "") << "the processor has 2 threads";
  EXPECT_EQ(options_of(1, 2, 2, "enwik8.gz"), " --corpus enwik8.gz");
  EXPECT_EQ(options_of(7, 2, 2, "gcide.dict.dz"), " --seed 7");
  EXPECT_EQ(options_of(1, 10, 2, "gcide.dict.dz"), " --seeds 10");
  EXPECT_EQ(options_of(1, 2, 1, "gcide.dict.dz"), " --threads 1");
  EXPECT_EQ(options_of(3, 1, 4, "enwik8"), " --corpus enwik8 --seed 3 --seeds 1 --threads 4");
}

TEST(FigureCommand, QuotesSpecialShellCharacters) {
  EXPECT_EQ(options_of(1, 2, 2, "it's; rm x"), R"( --corpus 'it'\''s; rm x')");
}

TEST(FigureCommand, OmitsThreadsAndSeedsThatASweepDoesNotUse) {
  Record record = experiments::example_record(Operations{.depth = 5});
  record.experiment = "work";
  record.setting.threads = 1;
  record.setting.corpus = "gcide.dict.dz";
  EXPECT_EQ(figure_command(find_figure("critical-path"), std::vector{record}),
            "slim-measure sweep --experiment work --scale ci --out results && slim-plot figures "
            "--figure critical-path --records results --out figures");
}

TEST(FigureCommand, MeasuresBothExperimentsOfAFigure) {
  Record record = experiments::example_record(experiments::GradientError{.relative = 1e-50});
  record.experiment = "exact";
  record.setting.threads = 1;
  record.setting.corpus = "gcide.dict.dz";
  Record other = record;
  other.experiment = "extension";
  EXPECT_EQ(figure_command(find_figure("exact"), std::vector{record, other}),
            "slim-measure sweep --experiment exact --scale ci --out results && "
            "slim-measure sweep --experiment extension --scale ci --out results && "
            "slim-plot figures --figure exact --records results --out figures");
}

TEST(FigureCommand, AcceptsAnUnknownScale) {
  Record record = experiments::example_record(Operations{.depth = 5});
  record.experiment = "work";
  record.scale = "<script>";
  const std::string line = figure_command(find_figure("critical-path"), std::vector{record});
  EXPECT_NE(line.find("<script>"), std::string::npos) << "the page escapes it";
}

}  // namespace
}  // namespace slim::plots
