// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/example_claims.hpp"
#include "experiments/claims/judges.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace slim::experiments {
namespace {

/// Four configurations with two prefix sums; `bytes` and `seconds` are functions of C.
std::vector<Record> figure2_records(double (*bytes)(double), double (*seconds)(double),
                                    double discrepancy) {
  std::vector<Record> records;
  for (const Index length : {1024, 2048, 4096, 8192}) {
    for (const char* subject : {"recovered/iterative", "recovered/explicit"}) {
      for (Index slice = 4; slice <= length; slice *= 4) {
        const auto C = static_cast<double>(slice);
        for (const Measured& measured :
             {Measured(Bytes{.peak = static_cast<std::int64_t>(bytes(C)), .scratch = 0}),
              Measured(Seconds{.seconds = seconds(C)}),
              Measured(FullDiscrepancy{.relative = discrepancy})}) {
          records.push_back(record_at("figure2", length, slice, measured));
          records.back().setting.subject = subject;
        }
      }
    }
  }
  return records;
}

double line_of_bytes(double C) {
  return 2e6 + 1e5 * C;
}
double flat(double C) {
  return C < 64 ? 9.0 : 1.2;
}

TEST(Figure2Judge, RequiresALineInBytesAndFlatTimeAndASmallDiscrepancy) {
  const auto answer = [](const char* name, const std::vector<Record>& records) {
    return judge(claim(name), records).answer;
  };
  const std::vector<Record> honest = figure2_records(line_of_bytes, flat, 1e-6);
  for (const char* name : {"FIGURE2/memory", "FIGURE2/time", "FIGURE2/discrepancy"}) {
    EXPECT_EQ(answer(name, honest), Answer::supported) << name;
    EXPECT_EQ(answer(name, {}), Answer::inconclusive) << name;
    EXPECT_EQ(answer(name, {honest.begin(), honest.begin() + 30}), Answer::inconclusive) << name;
  }
  for (double (*bytes)(double) : {+[](double) { return 2e6; }, +[](double C) { return 10 * C * C; },
                                  +[](double C) { return 1e5 * std::sqrt(C); }}) {
    EXPECT_EQ(answer("FIGURE2/memory", figure2_records(bytes, flat, 0.0)), Answer::refuted);
  }
  const auto inverse = [](double C) { return 1.0 + 100.0 / C; };
  EXPECT_EQ(answer("FIGURE2/time", figure2_records(line_of_bytes, inverse, 0.0)), Answer::refuted);
  for (const double large : {2e-5, std::nan("")}) {
    EXPECT_EQ(answer("FIGURE2/discrepancy", figure2_records(line_of_bytes, flat, large)),
              Answer::refuted);
  }
}

TEST(Figure2Judge, AllowsOneRowToNeedLess) {
  const auto answer_with = [](std::int64_t bytes_of_one_row) {
    std::vector<Record> records = figure2_records(line_of_bytes, flat, 0.0);
    for (const Record& record : figure2_records(line_of_bytes, flat, 0.0)) {
      if (record.setting.slice != 4 || !std::holds_alternative<Bytes>(record.measured)) continue;
      records.push_back(record);
      records.back().setting.slice = 1;
      records.back().measured = Bytes{.peak = bytes_of_one_row, .scratch = 0};
    }
    return judge(claim("FIGURE2/memory"), records).answer;
  };
  EXPECT_EQ(answer_with(1'000'000), Answer::supported);
  EXPECT_EQ(answer_with(3'000'000), Answer::refuted) << "the line has 2,100,000 bytes";
}

TEST(Figure2Judge, CountsScratch) {
  std::vector<Record> records = figure2_records(line_of_bytes, flat, 0.0);
  for (Record& record : records) {
    if (auto* bytes = std::get_if<Bytes>(&record.measured)) bytes->scratch = 400'000'000;
  }
  EXPECT_EQ(judge(claim("FIGURE2/memory"), records).answer, Answer::supported) << "an intercept";
  for (Record& record : records) {
    if (auto* bytes = std::get_if<Bytes>(&record.measured)) {
      bytes->scratch = 10 * record.setting.slice * record.setting.slice * record.setting.slice;
    }
  }
  EXPECT_EQ(judge(claim("FIGURE2/memory"), records).answer, Answer::refuted);
}

}  // namespace
}  // namespace slim::experiments
