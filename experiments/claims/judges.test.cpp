// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/judges.hpp"

#include "experiments/records/example_records.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace slim::experiments {
namespace {

const Claim& claim(const std::string& name) {
  static const std::vector<Claim> claims = built_in_claims();
  return *std::find_if(claims.begin(), claims.end(),
                       [&](const Claim& claim) { return claim.name == name; });
}

Record record_at(const std::string& experiment, Index length, Index slice, Measured measured) {
  Record record = example_record(std::move(measured));
  record.experiment = experiment;
  record.setting.length = length;
  record.setting.slice = slice;
  return record;
}

// EXACT

std::vector<Record> exact_records(const std::string& name) {
  std::vector<Record> records;
  for (const std::string& map : claim(name).feature_maps) {
    for (const Index slice : {1, 5, 24}) {
      Record record = record_at("exact", 24, slice, GradientError{.relative = 1e-48});
      record.setting.scalar = Scalar::digits50;
      record.setting.model.feature_map = parse_feature_map(map);
      records.push_back(record);
    }
  }
  return records;
}

TEST(ExactJudge, SupportsErrorsWithinTheBound) {
  const Verdict verdict = judge(claim("EXACT/sqr"), exact_records("EXACT/sqr"));
  EXPECT_EQ(verdict.answer, Answer::supported);
  EXPECT_EQ(verdict.value, 1e-48);
}

TEST(ExactJudge, RefutesASingleErrorAboveTheBoundAndNaN) {
  for (const char* name : {"EXACT/sqr", "EXACT/relu"}) {
    for (const double error : {1.01e-40, 1.0, std::nan(""), HUGE_VAL}) {
      for (std::size_t i = 0; i < 3; ++i) {
        std::vector<Record> records = exact_records(name);
        records[i].measured = GradientError{.relative = error};
        EXPECT_EQ(judge(claim(name), records).answer, Answer::refuted) << error;
      }
    }
  }
}

TEST(ExactJudge, IsInconclusiveWhenAKindOfSliceIsMissing) {
  EXPECT_EQ(judge(claim("EXACT/sqr"), {}).answer, Answer::inconclusive);
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<Record> records = exact_records("EXACT/sqr");
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(judge(claim("EXACT/sqr"), records).answer, Answer::inconclusive);
  }
}

TEST(ExactJudge, IgnoresOtherMapsScalarsSubjectsAndExperiments) {
  const auto answer = [](void (*change)(Record&)) {
    std::vector<Record> records = exact_records("EXACT/sqr");
    for (Record& record : records) change(record);
    return judge(claim("EXACT/sqr"), records).answer;
  };
  EXPECT_EQ(answer([](Record&) {}), Answer::supported);
  EXPECT_EQ(answer([](Record& r) { r.setting.scalar = Scalar::float64; }), Answer::inconclusive);
  EXPECT_EQ(answer([](Record& r) { r.setting.subject = "stored/iterative"; }),
            Answer::inconclusive);
  EXPECT_EQ(answer([](Record& r) { r.experiment = "drift"; }), Answer::inconclusive);
  EXPECT_EQ(answer([](Record& r) { r.setting.model.feature_map = parse_feature_map("relu"); }),
            Answer::inconclusive);
}

TEST(PrecisionJudge, AllowsFloat32ErrorsUpToTheBoundAndRefutesRelu) {
  for (const auto& [name, error, answer] :
       {std::tuple{"PRECISION/sqr", 9e-4, Answer::supported},
        std::tuple{"PRECISION/sqr", 1.1e-3, Answer::refuted},
        std::tuple{"PRECISION/relu", 0.15, Answer::refuted},
        std::tuple{"PRECISION/relu", std::nan(""), Answer::refuted}}) {
    std::vector<Record> records = exact_records(name);
    for (Record& record : records) {
      record.experiment = "drift";
      record.setting.scalar = Scalar::float32;
    }
    records[1].measured = GradientError{.relative = error};
    EXPECT_EQ(judge(claim(name), records).answer, answer) << name << " " << error;
  }
}

TEST(PrecisionJudge, AcceptsErrorsOfLongSequencesRelativeToFloat64) {
  std::vector<Record> records = exact_records("PRECISION/sqr");
  for (Record& record : records) {
    record.experiment = "drift";
    record.setting.scalar = Scalar::float32;
  }
  for (const std::uint64_t seed : {1, 2}) {
    records.push_back(record_at("drift", 65536, 16, GradientDiscrepancy{.relative = 1e-4}));
    records.back().setting.seed = seed;
  }
  const Verdict verdict = judge(claim("PRECISION/sqr"), records);
  EXPECT_EQ(verdict.answer, Answer::supported);
  EXPECT_EQ(verdict.value, 1e-4);
  EXPECT_NE(verdict.evidence.find("L from 24 (1 seed) to 65536 (2 seeds)"), std::string::npos)
      << verdict.evidence;
  for (const double error : {1.1e-3, std::nan("")}) {
    records.back().measured = GradientDiscrepancy{.relative = error};
    EXPECT_EQ(judge(claim("PRECISION/sqr"), records).answer, Answer::refuted) << error;
  }
}

TEST(ExactJudge, IgnoresErrorsOf50DigitGradientsRelativeToFloat64) {
  std::vector<Record> records = exact_records("EXACT/sqr");
  for (Record& record : records) record.measured = GradientDiscrepancy{.relative = 1e-48};
  EXPECT_EQ(judge(claim("EXACT/sqr"), records).answer, Answer::inconclusive);
}

// Laws of exact counts: PARALLEL and table 1

std::vector<Record> path_records() {
  std::vector<Record> records;
  for (const auto& [slice, levels] : {std::pair{16, 4}, {32, 5}, {64, 6}, {128, 7}}) {
    for (const Index slices : {2, 3, 4}) {
      records.push_back(record_at("table1", slices * slice, slice,
                                  Operations{.depth = slices * (40 + 9 * levels) - 7}));
      records.back().setting.subject = "recovered/tree";
    }
  }
  return records;
}

TEST(LawJudge, SupportsCountsThatFollowItsLawAndReportsTheFormula) {
  const Verdict verdict = judge(claim("PARALLEL"), path_records());
  EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
  EXPECT_EQ(verdict.measured, "9 N ⌈log₂ C⌉ + 40 N − 7 (critical-path)");
  EXPECT_EQ(judge(claim("TABLE1/C/parallel"), path_records()).answer, Answer::supported);
}

TEST(LawJudge, RefutesASingleExtraOperationAndAPathWithoutALogarithm) {
  for (std::size_t i = 0; i < path_records().size(); ++i) {
    std::vector<Record> records = path_records();
    ++std::get<Operations>(records[i].measured).depth;
    EXPECT_EQ(judge(claim("PARALLEL"), records).answer, Answer::refuted);
  }
  std::vector<Record> records = path_records();
  for (Record& record : records) {
    std::get<Operations>(record.measured).depth = record.setting.slices();
  }
  EXPECT_EQ(judge(claim("PARALLEL"), records).answer, Answer::refuted);
}

TEST(LawJudge, RequiresOtherPathsBetweenThoseAtAdjacentPowersOf2) {
  // At C = 48 there are trees of five levels and of six.
  for (const auto& [levels, answer] : {std::pair{4.9, Answer::refuted},
                                       {5.0, Answer::supported},
                                       {5.5, Answer::supported},
                                       {6.0, Answer::supported},
                                       {6.1, Answer::refuted}}) {
    std::vector<Record> records = path_records();
    const auto depth = static_cast<std::int64_t>(3 * (40 + 9 * levels) - 7);
    records.push_back(record_at("table1", 144, 48, Operations{.depth = depth}));
    records.back().setting.subject = "recovered/tree";
    EXPECT_EQ(judge(claim("PARALLEL"), records).answer, answer) << levels;
  }
}

TEST(LawJudge, IsInconclusiveWithTooFewRecords) {
  const std::vector<Record> records = path_records();
  EXPECT_EQ(judge(claim("PARALLEL"), std::span(records).first(3)).answer, Answer::inconclusive);
}

TEST(LawJudge, RefutesMemoryThatGrowsOverTheLengthAtOneRow) {
  std::vector<Record> records;
  for (const Index length : {32, 64, 96}) {
    records.push_back(record_at("table1", length, 1, Bytes{.state = 100, .slice = 50}));
    records.back().setting.subject = "recovered/tree";
  }
  EXPECT_EQ(judge(claim("MEMORY-1"), records).answer, Answer::supported);
  std::get<Bytes>(records[2].measured).slice += 1;
  EXPECT_EQ(judge(claim("MEMORY-1"), records).answer, Answer::refuted);
}

// OVERHEAD, COMPATIBLE, DEVICE, BYTES, SERIAL/seconds

std::vector<Record> overhead_records(std::int64_t plain, std::int64_t lazy) {
  std::vector<Record> records;
  for (const Index slices : {2, 4, 8}) {
    for (const FirstSweep sweep : {FirstSweep::plain, FirstSweep::lazy}) {
      const std::int64_t sliced = sweep == FirstSweep::plain ? plain : lazy;
      records.push_back(
          record_at("overhead", 64 * slices, 64, Overhead{.sliced = sliced, .full = 1000}));
      records.back().setting.first_sweep = sweep;
    }
  }
  return records;
}

TEST(OverheadJudge, RequiresThePlainSweepWithinTheBoundAndTheLazyOneBelowIt) {
  const auto answer = [](std::int64_t plain, std::int64_t lazy) {
    return judge(claim("OVERHEAD"), overhead_records(plain, lazy)).answer;
  };
  EXPECT_EQ(answer(1335, 1120), Answer::supported);
  EXPECT_EQ(answer(1401, 1120), Answer::refuted);
  EXPECT_EQ(answer(1335, 1335), Answer::refuted);
}

TEST(OverheadJudge, RequiresSeveralNumbersOfSlicesAndRefutesNaN) {
  EXPECT_EQ(judge(claim("OVERHEAD"), {}).answer, Answer::inconclusive);
  const std::vector<Record> all = overhead_records(1335, 1120);
  EXPECT_EQ(judge(claim("OVERHEAD"), std::span(all).first(4)).answer, Answer::inconclusive);
  const std::vector<Record> expensive = overhead_records(1401, 1120);
  EXPECT_EQ(judge(claim("OVERHEAD"), std::span(expensive).first(1)).answer, Answer::refuted)
      << "a refuting record outweighs missing ones";
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<Record> records = all;
    records[i].measured = Overhead{.sliced = 0, .full = 0};
    EXPECT_EQ(judge(claim("OVERHEAD"), records).answer, Answer::refuted) << i;
  }
}

TEST(CompatibleJudge, RefutesATrainingThatDiffers) {
  const auto answer = [](double error) {
    return judge(
               claim("COMPATIBLE"),
               std::vector<Record>{record_at("compatible", 24, 1, SwitchError{.relative = 1e-47}),
                                   record_at("compatible", 24, 5, SwitchError{.relative = error}),
                                   record_at("compatible", 24, 12, SwitchError{.relative = 1e-47})})
        .answer;
  };
  EXPECT_EQ(answer(1e-46), Answer::supported);
  EXPECT_EQ(answer(1e-39), Answer::refuted);
  EXPECT_EQ(answer(std::nan("")), Answer::refuted);
}

/// Processes of 64 and 128 MiB. In the larger one the full pass reaches 2048, slices the maximum of
/// 32768.
std::vector<Record> device_records(std::int64_t full, std::int64_t sliced) {
  std::vector<Record> records = {record_at("device", 32768, 32768, Longest{full}),
                                 record_at("device", 32768, 256, Longest{sliced}),
                                 record_at("device", 32768, 32768, Longest{2048}),
                                 record_at("device", 32768, 256, Longest{32768})};
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].setting.subject = "recovered/blocked";
    records[i].setting.memory_cap = (i < 2 ? 64 : 128) << 20;
  }
  return records;
}

TEST(DeviceJudge, ComparesSlicesWithTheFullPass) {
  const auto answer = [](std::int64_t full, std::int64_t sliced) {
    return judge(claim("DEVICE"), device_records(full, sliced)).answer;
  };
  EXPECT_EQ(answer(1024, 32768), Answer::supported);
  EXPECT_EQ(answer(1024, 1024), Answer::refuted);
  EXPECT_EQ(answer(1024, 0), Answer::refuted);
  EXPECT_EQ(answer(8192, 32768), Answer::inconclusive) << "no longer sequence was tried";
  EXPECT_EQ(answer(0, 32768), Answer::inconclusive) << "there is no full pass to compare with";
  EXPECT_EQ(answer(0, 0), Answer::inconclusive);
}

TEST(DeviceJudge, RequiresSlicesAndTheFullPassUnderEveryCap) {
  for (std::size_t i = 0; i < 4; ++i) {
    std::vector<Record> records = device_records(1024, 32768);
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(i));
    const Verdict verdict = judge(claim("DEVICE"), records);
    EXPECT_EQ(verdict.answer, Answer::inconclusive) << i;
    EXPECT_NE(verdict.evidence.find("are missing"), std::string::npos) << verdict.evidence;
    std::get<Longest>(records[i < 2 ? 2 : 1].measured).length = 1024;  // slices under the other cap
    EXPECT_EQ(judge(claim("DEVICE"), records).answer, Answer::refuted)
        << "a refuting record outweighs missing ones";
  }
  EXPECT_EQ(judge(claim("DEVICE"), {}).answer, Answer::inconclusive);
  std::vector<Record> others = device_records(1024, 32768);
  for (Record& record : others) record.experiment = "figure2";
  EXPECT_EQ(judge(claim("DEVICE"), others).answer, Answer::inconclusive);
}

/// Processes at fixed C and in the full pass that grow by `off` bytes more than were counted.
std::vector<Record> process_records(std::int64_t off) {
  std::vector<Record> records;
  const auto add = [&](Index length, Index slice, std::int64_t counted) {
    constexpr std::int64_t scratch = 100'000;
    records.push_back(
        record_at("length", length, slice,
                  Bytes{.tokens = 7, .peak = counted - scratch + 7, .scratch = scratch}));
    records.push_back(record_at("length", length, slice,
                                ProcessPeak{.peak = 1'000 + counted + off, .baseline = 1'000}));
  };
  for (Index length = 1024; length <= 16384; length *= 4) {
    add(length, 256, 4'000'000);
    add(length, length, 8'000 * length);
  }
  return records;
}

/// The process at this L and C.
ProcessPeak& process_at(std::vector<Record>& records, Index length, Index slice) {
  return std::get<ProcessPeak>(
      std::find_if(records.begin(), records.end(), [&](const Record& record) {
        return std::holds_alternative<ProcessPeak>(record.measured) &&
               record.setting.length == length && record.setting.slice == slice;
      })->measured);
}

TEST(ProcessJudge, RefutesMemoryThatEscapesTheCounter) {
  constexpr std::int64_t own = 256 << 10;
  EXPECT_EQ(judge(claim("BYTES"), process_records(0)).answer, Answer::supported);
  EXPECT_EQ(judge(claim("BYTES"), process_records(own)).answer, Answer::supported);
  EXPECT_EQ(judge(claim("BYTES"), process_records(-own - 100'000)).answer, Answer::supported)
      << "scratch that is never touched";
  for (const std::int64_t off : {own + 1, -own - 100'001}) {
    const Verdict verdict = judge(claim("BYTES"), process_records(off));
    EXPECT_EQ(verdict.answer, Answer::refuted) << off;
    EXPECT_NE(verdict.evidence.find("memory escapes the counter"), std::string::npos);
  }
  std::vector<Record> records = process_records(0);
  process_at(records, 16384, 16384).peak += 16384 * 400;
  const Verdict verdict = judge(claim("BYTES"), records);
  EXPECT_EQ(verdict.answer, Answer::supported) << "5 % of a long full pass";
  EXPECT_NEAR(verdict.value, 0.05, 1e-12);
  EXPECT_NE(verdict.evidence.find("off by at most 5.0 %"), std::string::npos) << verdict.evidence;
  process_at(records, 16384, 16384).peak += 1;
  EXPECT_EQ(judge(claim("BYTES"), records).answer, Answer::refuted);
}

TEST(ProcessJudge, RefutesADifferenceThatGrowsOverTheLength) {
  std::vector<Record> records = process_records(-100'000 - (200 << 10));
  process_at(records, 16384, 256).peak += 100'000 + (256 << 10);
  EXPECT_EQ(judge(claim("BYTES"), records).answer, Answer::supported);
  process_at(records, 16384, 256).peak += 1;
  const Verdict verdict = judge(claim("BYTES"), records);
  EXPECT_EQ(verdict.answer, Answer::refuted) << "each of them is within its bound";
  EXPECT_NE(verdict.evidence.find("grows by 256 KiB over L"), std::string::npos)
      << verdict.evidence;
}

TEST(ProcessJudge, IgnoresOtherSubjectsAndRequiresSixProcesses) {
  EXPECT_EQ(judge(claim("BYTES"), {}).answer, Answer::inconclusive);
  const std::vector<Record> all = process_records(0);
  EXPECT_EQ(judge(claim("BYTES"), std::span(all).first(10)).answer, Answer::inconclusive);
  for (const bool experiment : {true, false}) {
    std::vector<Record> others = all;
    for (Record& record : others) {
      if (experiment) record.experiment = "figure2";
      if (!experiment) record.setting.subject = "stored/iterative";
    }
    EXPECT_EQ(judge(claim("BYTES"), others).answer, Answer::inconclusive);
    for (Record& record : others) {
      if (auto* process = std::get_if<ProcessPeak>(&record.measured)) process->peak *= 2;
    }
    others.insert(others.end(), all.begin(), all.end());
    EXPECT_EQ(judge(claim("BYTES"), others).answer, Answer::supported);
  }
}

TEST(TimeJudge, NamesTheGrowthOrIsInconclusive) {
  const auto answer = [](double (*seconds)(double)) {
    std::vector<Record> records;
    for (Index length = 1 << 9; length <= 1 << 16; length *= 2) {
      for (int sample = 0; sample < 3; ++sample) {
        const double noise = 1.0 + 0.004 * (sample - 1);
        records.push_back(
            record_at("length", length, 256,
                      Seconds{.seconds = noise * seconds(static_cast<double>(length))}));
      }
    }
    return judge(claim("SERIAL/seconds"), records).answer;
  };
  EXPECT_EQ(answer([](double x) { return 1e-5 * x + 1e-4; }), Answer::supported);
  EXPECT_EQ(answer([](double x) { return 1e-8 * x * x + 1e-4; }), Answer::refuted);
  EXPECT_EQ(answer([](double x) { return x < 9000 ? 1e-5 * x : 3e-5 * x; }), Answer::inconclusive);
}

// DEVICE/million, CROSSING, FEATURES

TEST(ReachJudge, RequiresTheTokensInAProcessWithinTheCap) {
  const auto answer = [](std::int64_t reached, Index tried, std::int64_t cap) {
    Record record = record_at("device", tried, 256, Longest{reached});
    record.setting.subject = "recovered/blocked";
    record.setting.memory_cap = cap;
    return judge(claim("DEVICE/million"), std::vector<Record>{record}).answer;
  };
  constexpr std::int64_t million = 1 << 20;
  const auto end = [](std::int64_t reached, Index tried) {
    Record record = record_at("device", tried, 256, Longest{reached});
    record.setting.subject = "recovered/blocked";
    record.setting.memory_cap = 64 << 20;
    return judge(claim("DEVICE/million"), std::vector<Record>{record}).high;
  };
  EXPECT_EQ(end(million, million), HUGE_VAL) << "a lower bound";
  EXPECT_EQ(end(million, 2 * million), million);
  EXPECT_EQ(answer(million, million, 64 << 20), Answer::supported);
  EXPECT_EQ(answer(million / 2, million, 64 << 20), Answer::refuted);
  EXPECT_EQ(answer(million / 2, million / 2, 64 << 20), Answer::inconclusive) << "not tried";
  EXPECT_EQ(answer(million, million, 65 << 20), Answer::inconclusive) << "a larger process";
  EXPECT_EQ(judge(claim("DEVICE/million"), {}).answer, Answer::inconclusive);
}

/// Softmax attention costs L² / 100; the full pass and slices cost multiples of L.
std::vector<Record> crossing_records(double full, double sliced) {
  std::vector<Record> records;
  for (Index length = 16; length <= 1024; length *= 2) {
    const auto L = static_cast<double>(length);
    const auto add = [&](const char* subject, Index slice, double cost) {
      records.push_back(record_at("crossing", length, slice, Seconds{.seconds = cost}));
      records.back().setting.subject = subject;
      const auto bytes = static_cast<std::int64_t>(100.0 * cost);
      records.push_back(
          record_at("crossing", length, slice, Bytes{.tokens = 7, .peak = bytes + 7}));
      records.back().setting.subject = subject;
    };
    add("softmax", length, L * L / 100.0);
    add("recovered/blocked", length, full * L);
    if (length > 64) add("recovered/blocked", 64, sliced * L);
  }
  return records;
}

TEST(CrossingJudge, FindsTheCrossingAndItsInterval) {
  for (const char* name : {"CROSSING/bytes", "CROSSING/seconds"}) {
    const Verdict verdict = judge(claim(name), crossing_records(1.0, 3.0));
    EXPECT_EQ(verdict.answer, Answer::supported);
    EXPECT_NEAR(verdict.value, 100.0, 1.0);
    EXPECT_EQ(verdict.low, 64.0);
    EXPECT_EQ(verdict.high, 128.0);
    EXPECT_NE(verdict.evidence.find("between 256 and 512"), std::string::npos) << verdict.evidence;
    EXPECT_EQ(judge(claim(name), crossing_records(20.0, 20.0)).answer, Answer::refuted);
    EXPECT_EQ(judge(claim(name), {}).answer, Answer::inconclusive);
  }
}

TEST(CrossingJudge, IsInconclusiveWithoutAShorterLengthOrWithInvalidCosts) {
  for (const char* name : {"CROSSING/bytes", "CROSSING/seconds"}) {
    const Verdict verdict = judge(claim(name), crossing_records(0.1, 0.1));
    EXPECT_EQ(verdict.answer, Answer::inconclusive);
    EXPECT_NE(verdict.evidence.find("already at L = 16"), std::string::npos) << verdict.evidence;
  }
  for (const double seconds : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    for (const char* subject : {"softmax", "recovered/blocked"}) {
      std::vector<Record> records = crossing_records(1.0, 3.0);
      const auto one = std::find_if(records.begin(), records.end(), [&](const Record& record) {
        return record.setting.subject == subject;
      });
      one->measured = Seconds{.seconds = seconds};
      EXPECT_EQ(judge(claim("CROSSING/seconds"), records).answer, Answer::inconclusive) << seconds;
    }
  }
}

TEST(CrossingJudge, TreatsASequenceOfOneSliceAsTheFullPass) {
  // Sequences below 64 rows have no record with slices of 64, only of the full pass, which is the
  // same.
  const Verdict verdict = judge(claim("CROSSING/seconds"), crossing_records(0.3, 0.3));
  EXPECT_NE(verdict.evidence.find("slices of 64 do from L = 30 on, between 16 and 32"),
            std::string::npos)
      << verdict.evidence;
}

/// Errors of eight seeds at each M, ∝ M^exponent with small deviations.
std::vector<Record> feature_records(double exponent, double orthogonal_over_independent) {
  std::vector<Record> records;
  for (Index blocks = 1; blocks <= 64; blocks *= 2) {
    for (int seed = 0; seed < 8; ++seed) {
      Record record = record_at("features", 64, 64, SoftmaxError{});
      record.setting.model = {.hidden_dim = 16, .layers = 1, .ffn_dim = 16, .heads = 1};
      record.setting.model.feature_map = {.kind = FeatureKind::favor_plus, .blocks = blocks};
      const double error = (1.0 + 0.02 * seed) *
                           std::pow(static_cast<double>(record.setting.model.features()), exponent);
      record.measured = SoftmaxError{.independent = error,
                                     .orthogonal = error,
                                     .orthogonal_chi = error * orthogonal_over_independent};
      records.push_back(record);
    }
  }
  return records;
}

TEST(FeatureJudges, RequireTheInverseSquareRootOfTheFeatures) {
  for (const char* name :
       {"FEATURES/independent", "FEATURES/orthogonal", "FEATURES/orthogonal-chi"}) {
    const Verdict verdict = judge(claim(name), feature_records(-0.5, 0.9));
    EXPECT_EQ(verdict.answer, Answer::supported);
    EXPECT_NEAR(verdict.value, -0.5, 1e-9);
    EXPECT_LE(verdict.low, verdict.value);
    EXPECT_EQ(judge(claim(name), feature_records(-0.25, 0.9)).answer, Answer::refuted);
    EXPECT_EQ(judge(claim(name), feature_records(-1.0, 0.9)).answer, Answer::refuted);
    EXPECT_EQ(judge(claim(name), feature_records(-0.6, 0.9)).answer, Answer::inconclusive)
        << "the interval crosses the bound";
    EXPECT_EQ(judge(claim(name), {}).answer, Answer::inconclusive);
  }
}

TEST(FeatureJudges, RequireSmallerErrorsOfOrthogonalProjections) {
  const Claim& gain = claim("FEATURES/gain");
  const Verdict verdict = judge(gain, feature_records(-0.5, 0.9));
  EXPECT_EQ(verdict.answer, Answer::supported);
  EXPECT_NEAR(verdict.value, 0.9, 1e-12);
  EXPECT_EQ(judge(gain, feature_records(-0.5, 1.1)).answer, Answer::refuted);
  EXPECT_EQ(judge(gain, feature_records(-0.5, 1.0)).answer, Answer::inconclusive);
  std::vector<Record> records = feature_records(-0.5, 0.9);
  std::get<SoftmaxError>(records[3].measured).independent = std::nan("");
  EXPECT_EQ(judge(gain, records).answer, Answer::inconclusive);
  EXPECT_EQ(judge(gain, {}).answer, Answer::inconclusive);
}

// WORK

std::vector<Record> work_records() {
  std::vector<Record> records;
  for (const char* boundary : {"recovered", "wide", "exact", "stored", "recomputed", "bisected"}) {
    for (const char* sums : {"explicit", "tree", "iterative", "iterative-subtracting", "blocked"}) {
      for (const auto& [slice, levels] : {std::pair{64, 6}, {128, 7}, {192, 8}, {256, 8}}) {
        for (const auto& [slices, doublings] : {std::pair{2, 1}, {4, 2}, {8, 3}, {16, 4}}) {
          const std::string_view name = boundary;
          const std::int64_t sweeps = name == "recomputed" ? slices
                                      : name == "bisected" ? doublings
                                                           : 2;
          const std::int64_t count = slices * sweeps * (7 * slice + 3 * levels + 11) - slice;
          records.push_back(
              record_at("work", slices * slice, slice,
                        Operations{count + 1, count + 2, count + 3, count + 4, count + 5}));
          records.back().setting.subject = std::string(boundary) + "/" + sums;
        }
      }
    }
  }
  return records;
}

TEST(WorkJudge, SupportsEveryBoundaryByItsOwnLaw) {
  for (const char* name : {"WORK", "WORK/recomputed", "WORK/bisected"}) {
    const Verdict verdict = judge(claim(name), work_records());
    EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
    EXPECT_EQ(verdict.value, 0.0);
  }
}

TEST(WorkJudge, RefutesASingleExtraOperationAndAnotherLaw) {
  for (const char* subject : {"recovered/tree", "stored/iterative", "wide/explicit"}) {
    for (std::int64_t Operations::*count :
         {&Operations::multiplications, &Operations::additions, &Operations::divisions,
          &Operations::elementary, &Operations::depth}) {
      std::vector<Record> records = work_records();
      const auto one = std::find_if(records.rbegin(), records.rend(), [&](const Record& record) {
        return record.setting.subject == subject;
      });
      ++(std::get<Operations>(one->measured).*count);
      EXPECT_EQ(judge(claim("WORK"), records).answer, Answer::refuted) << subject;
      EXPECT_EQ(judge(claim("WORK/bisected"), records).answer, Answer::supported);
    }
  }
  Claim other = claim("WORK/recomputed");
  other.law = "two-sweeps";
  EXPECT_EQ(judge(other, work_records()).answer, Answer::refuted);
  other.law = "bisected";
  EXPECT_EQ(judge(other, work_records()).answer, Answer::refuted);
}

TEST(WorkJudge, IsInconclusiveWhenASubjectIsMissing) {
  std::vector<Record> records = work_records();
  std::erase_if(records,
                [](const Record& record) { return record.setting.subject == "wide/tree"; });
  EXPECT_EQ(judge(claim("WORK"), records).answer, Answer::inconclusive);
  EXPECT_EQ(judge(claim("WORK"), {}).answer, Answer::inconclusive);
  const auto of_stored = std::find_if(records.rbegin(), records.rend(), [](const Record& record) {
    return record.setting.subject == "stored/tree";  // judged after the missing wide/tree
  });
  ++std::get<Operations>(of_stored->measured).additions;
  EXPECT_EQ(judge(claim("WORK"), records).answer, Answer::refuted)
      << "a refuting record outweighs missing ones";
}

// MEMORY-C

Bytes bytes_at(Index length, Index slice) {
  return {.tokens = 4 * (length + 1), .state = 5000, .slice = 100 + 30 * slice, .result = 0};
}

std::vector<Record> memory_records() {
  std::vector<Record> records;
  for (Index length = 1024; length <= 65536; length *= 2) {
    records.push_back(record_at("length", length, 256, bytes_at(length, 256)));
    records.push_back(record_at("length", length, length, bytes_at(length, length)));
  }
  for (Index slice = 1; slice <= 4096; slice *= 4) {
    Bytes bytes = bytes_at(4096, slice);
    if (slice % 16 != 0) bytes.slice += 24;  // rounded up for alignment
    records.push_back(record_at("slice", 4096, slice, bytes));
  }
  return records;
}

/// The verdict after a change of the bytes of the last record for which `where` is true.
Answer memory_answer(bool (*where)(const Record&), void (*change)(Bytes&)) {
  std::vector<Record> records = memory_records();
  const auto found = std::find_if(records.rbegin(), records.rend(), where);
  change(std::get<Bytes>(found->measured));
  return judge(claim("MEMORY-C"), records).answer;
}

TEST(MemoryJudge, SupportsBytesThatDoNotGrow) {
  const Verdict verdict = judge(claim("MEMORY-C"), memory_records());
  EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
  EXPECT_EQ(verdict.value, 0.0);
}

TEST(MemoryJudge, RefutesASingleByteOfDifference) {
  const auto fixed = [](const Record& r) {
    return r.experiment == "length" && !r.setting.full_pass();
  };
  const auto full = [](const Record& r) {
    return r.experiment == "length" && r.setting.full_pass();
  };
  const auto over_slice = [](const Record& r) {
    return r.experiment == "slice" && !r.setting.full_pass();
  };
  EXPECT_EQ(memory_answer(fixed, [](Bytes& b) { ++b.slice; }), Answer::refuted);
  EXPECT_EQ(memory_answer(fixed, [](Bytes& b) { ++b.state; }), Answer::refuted);
  EXPECT_EQ(memory_answer(fixed, [](Bytes& b) { ++b.result; }), Answer::refuted);
  EXPECT_EQ(memory_answer(fixed, [](Bytes& b) { --b.slice; }), Answer::refuted);
  EXPECT_EQ(memory_answer(fixed, [](Bytes& b) { ++b.tokens; }), Answer::refuted);
  EXPECT_EQ(memory_answer(full, [](Bytes& b) { ++b.slice; }), Answer::refuted);
  EXPECT_EQ(memory_answer(over_slice, [](Bytes& b) { ++b.slice; }), Answer::refuted);
  EXPECT_EQ(memory_answer(over_slice, [](Bytes& b) { ++b.state; }), Answer::refuted);
}

TEST(MemoryJudge, AllowsOnlyAlignmentBetweenMultiplesOfTheRows) {
  const auto one_row = [](const Record& r) {
    return r.experiment == "slice" && r.setting.slice == 1;
  };
  EXPECT_EQ(memory_answer(one_row, [](Bytes& b) { b.slice += 15 * 30 - 24; }), Answer::supported);
  EXPECT_EQ(memory_answer(one_row, [](Bytes& b) { b.slice += 15 * 30 - 23; }), Answer::refuted);
  EXPECT_EQ(memory_answer(one_row, [](Bytes& b) { b.slice -= 25; }), Answer::refuted);
}

TEST(MemoryJudge, RefutesASubjectThatHidesItsMemory) {
  std::vector<Record> records = memory_records();
  for (Record& record : records) std::get<Bytes>(record.measured).slice = 0;
  EXPECT_EQ(judge(claim("MEMORY-C"), records).answer, Answer::refuted);
}

TEST(MemoryJudge, IsInconclusiveWhenTheLongestLengthOrASeriesIsMissing) {
  EXPECT_EQ(judge(claim("MEMORY-C"), {}).answer, Answer::inconclusive);
  const auto without = [](auto unwanted) {
    std::vector<Record> records = memory_records();
    std::erase_if(records, unwanted);
    return judge(claim("MEMORY-C"), records).answer;
  };
  EXPECT_EQ(without([](const Record& r) { return r.setting.length == 65536; }),
            Answer::inconclusive);
  EXPECT_EQ(
      without([](const Record& r) { return r.experiment == "length" && r.setting.full_pass(); }),
      Answer::inconclusive);
  EXPECT_EQ(without([](const Record& r) { return r.experiment == "slice"; }), Answer::inconclusive);
}

// SERIAL

Operations operations_at(Index length) {
  return {.additions = 70 * length,
          .multiplications = 90 * length - 11,
          .divisions = 3 * length,
          .elementary = 5 * length + 1};
}

std::vector<Record> serial_records() {
  std::vector<Record> records;
  for (Index length = 128; length <= 1024; length *= 2) {
    records.push_back(record_at("length", length, 32, operations_at(length)));
    records.push_back(record_at("length", length, length, operations_at(length)));
  }
  return records;
}

TEST(SerialJudge, SupportsCountsOnALine) {
  const Verdict verdict = judge(claim("SERIAL"), serial_records());
  EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
  EXPECT_NE(verdict.evidence.find("time was not measured"), std::string::npos);
}

TEST(SerialJudge, ReportsTheExponentOfTheTime) {
  std::vector<Record> records = serial_records();
  for (Index length = 1024; length <= 8192; length *= 2) {
    records.push_back(
        record_at("length", length, 256, Seconds{.seconds = 1e-5 * static_cast<double>(length)}));
  }
  EXPECT_NE(judge(claim("SERIAL"), records).evidence.find("exponent 1.000 [1.000, 1.000]"),
            std::string::npos);
}

TEST(SerialJudge, RefutesQuadraticCountsAndASingleExtraOperation) {
  std::vector<Record> records = serial_records();
  for (Record& record : records) {
    std::get<Operations>(record.measured).multiplications +=
        record.setting.length * record.setting.length / 1024;
  }
  EXPECT_EQ(judge(claim("SERIAL"), records).answer, Answer::refuted);
  for (std::int64_t Operations::*count : {&Operations::multiplications, &Operations::additions,
                                          &Operations::divisions, &Operations::elementary}) {
    records = serial_records();
    ++(std::get<Operations>(records.back().measured).*count);
    EXPECT_EQ(judge(claim("SERIAL"), records).answer, Answer::refuted);
  }
}

TEST(SerialJudge, IsInconclusiveWithFewerThanThreeLengths) {
  EXPECT_EQ(judge(claim("SERIAL"), {}).answer, Answer::inconclusive);
  std::vector<Record> records = serial_records();
  std::erase_if(records, [](const Record& r) { return r.setting.length > 256; });
  EXPECT_EQ(judge(claim("SERIAL"), records).answer, Answer::inconclusive);
}

TEST(Verdicts, ReportWhetherAnyIsRefutedOrUnexpected) {
  std::vector<Verdict> verdicts = {judge(claim("SERIAL"), serial_records()),
                                   judge(claim("EXACT/sqr"), {})};
  EXPECT_FALSE(any_refuted(verdicts));
  EXPECT_TRUE(any_lost(verdicts)) << "expected to be supported, but records are missing";
  std::vector<Record> records = exact_records("EXACT/relu");
  records[0].measured = GradientError{.relative = std::nan("")};
  verdicts.back() = judge(claim("EXACT/relu"), records);
  EXPECT_FALSE(any_lost(verdicts)) << "refuted as expected";
  EXPECT_TRUE(any_lost(std::vector{judge(claim("EXACT/relu"), exact_records("EXACT/relu"))}))
      << "expected to be refuted, but supported";
  EXPECT_TRUE(any_lost(std::vector{judge(claim("EXACT/relu"), {})}))
      << "expected to be refuted, but records are missing";
  verdicts.push_back(judge(claim("EXACT/sqr"), {}));
  EXPECT_TRUE(any_refuted(verdicts));
  const std::string json = to_json(verdicts, "ci", example_record(Seconds{}).provenance);
  EXPECT_NE(json.find("\"verdict\": \"REFUTED\""), std::string::npos);
  EXPECT_NE(json.find("\"value\": null"), std::string::npos) << "NaN is written as null";
  EXPECT_NE(to_table(verdicts).find("INCONCLUSIVE"), std::string::npos);
}

TEST(Verdicts, ClaimsThatWereLeftOutAreCountedAndNotLost) {
  const std::vector<Verdict> verdicts = {left_out(claim("TRAINING"), "training"),
                                         judge(claim("SERIAL"), serial_records())};
  EXPECT_EQ(verdicts.front().answer, Answer::not_judged);
  EXPECT_FALSE(any_lost(verdicts));
  EXPECT_FALSE(any_refuted(verdicts));
  EXPECT_EQ(summary_of(verdicts), "2 claims: 1 SUPPORTED, 1 NOT-JUDGED");
  EXPECT_NE(to_table(verdicts).find("experiment training was left out"), std::string::npos);
}

TEST(Judges, AnUnknownNameIsRejected) {
  Claim unknown = claim("SERIAL");
  unknown.judge = "none";
  EXPECT_THROW(judge(unknown, {}), ContractError);
}

}  // namespace
}  // namespace slim::experiments
