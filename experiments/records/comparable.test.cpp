// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/comparable.hpp"

#include "experiments/records/example_records.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

namespace slim::experiments {
namespace {

Record at(Index length, Measured measured) {
  Record record = example_record(std::move(measured));
  record.setting.length = length;
  return record;
}

std::size_t kept(const Record& one, const Record& newer) {
  const Comparable found = comparable({one, newer}, "ci");
  EXPECT_EQ(found.records.size() + found.left_out, 2U);
  return found.records.size();
}

TEST(Comparable, KeepsExactCountsOfAllMachinesAndSecondsOfOne) {
  const Record count = at(64, Operations{.depth = 5});
  const Record seconds = at(64, Seconds{.seconds = 1.0});
  const auto elsewhere = [](Record record) {
    record.setting.length = 128;
    record.provenance.processor = "another × 8";
    return record;
  };
  EXPECT_EQ(kept(count, elsewhere(count)), 2U);
  EXPECT_EQ(kept(seconds, elsewhere(seconds)), 1U);
  EXPECT_EQ(kept(at(64, TrainingLeg{}), elsewhere(at(64, TrainingLeg{}))), 1U);
  EXPECT_EQ(kept(seconds, elsewhere(count)), 2U) << "quantities are selected separately";
}

TEST(Comparable, KeepsOneNumberOfThreadsForEachQuantity) {
  Record other = at(128, Bytes{});
  other.setting.threads = 8;
  EXPECT_EQ(kept(at(64, Bytes{}), other), 1U);
  other.experiment = "slice";
  EXPECT_EQ(kept(at(64, Bytes{}), other), 2U);
}

TEST(Comparable, KeepsTheBuildAndTheTextOfTheLastDate) {
  Record old = at(64, Operations{});
  const Record fresh = at(128, Operations{});
  for (std::string Provenance::*field :
       {&Provenance::code, &Provenance::flags, &Provenance::compiler}) {
    old = at(64, Operations{});
    old.provenance.*field = "old";
    old.provenance.date = "2025-01-01T00:00:00Z";
    const Comparable found = comparable({fresh, old}, "ci");
    EXPECT_EQ(found.left_out, 1U);
    EXPECT_EQ(found.provenance, fresh.provenance);
  }
  Record other = at(64, Operations{});
  other.corpus_sha1 = "other";
  EXPECT_EQ(kept(other, fresh), 1U);
}

TEST(Comparable, KeepsASampleOnceAndNamesTheAvailableScales) {
  const Comparable found = comparable({at(64, Operations{}), at(64, Operations{})}, "ci");
  EXPECT_EQ(found.records.size(), 1U);
  EXPECT_EQ(found.left_out, 0U);
  try {
    comparable({at(64, Operations{})}, "laptop");
    FAIL();
  } catch (const ContractError& error) {
    EXPECT_STREQ(error.what(), "there are no records of scale laptop: the file has records of ci");
  }
  EXPECT_THROW(comparable({}, "ci"), ContractError);
}

}  // namespace
}  // namespace slim::experiments
