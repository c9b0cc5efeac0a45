// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/example_claims.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/measures/distributed_cost.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <functional>

namespace slim::experiments {
namespace {

/// Counts that follow every law of the claims: two layers, two heads, d = M = 4.
std::vector<Record> distributed_records(const std::string& subject) {
  const bool in_tree = subject == "distributed-tree/blocked";
  std::vector<Record> records;
  const auto add = [&](Index ranks, Index rows, Index slice, std::int64_t bytes) {
    Record record = record_at("distributed", ranks * rows, slice, Distributed{});
    const Index depth = ranks == 8 ? 3 : ranks / 2;
    record.setting.subject = subject;
    record.setting.ranks = ranks;
    record.setting.model = {.hidden_dim = 8, .layers = 2, .ffn_dim = 8, .heads = 2};
    record.measured =
        Distributed{.numbers_forward = 80,
                    .numbers_backward = 80,
                    .messages_deep = depth,
                    .critical_path = 1000 * rows + 7 + (in_tree ? 90 * depth : 90 * ranks),
                    .operations = ranks * (1000 * rows + 5),
                    .bytes_rank = bytes};
    records.push_back(record);
  };
  for (const Index ranks : {2, 4, 8}) {
    for (const Index rows : {64, 128, 192}) add(ranks, rows, ranks * rows, 300 * rows + 1000);
    for (int halvings = 1; halvings <= 3; ++halvings) {
      add(ranks, Index{64} << halvings, 64, 20000 + 640 * halvings);
    }
  }
  return records;
}

std::vector<Record> records_for(const std::string& claim_name) {
  return distributed_records(claim(claim_name).subject);
}

Distributed& cost(Record& record) {
  return std::get<Distributed>(record.measured);
}

TEST(DistributedJudge, SupportsCountsThatFollowEveryLaw) {
  for (const char* name : {"RANKS/sent", "RANKS/depth", "RANKS/memory", "RANKS/memory-slices",
                           "RANKS/path", "RANKS/path-tree"}) {
    const Verdict verdict = judge(claim(name), records_for(name));
    EXPECT_EQ(verdict.answer, Answer::supported) << name << ": " << verdict.evidence;
    EXPECT_EQ(verdict.value, 0.0) << name;
  }
}

TEST(DistributedJudge, RefutesASingleCountThatDoesNot) {
  const std::pair<const char*, std::function<void(Record&)>> faults[] = {
      {"RANKS/sent", [](Record& r) { ++cost(r).numbers_forward; }},
      {"RANKS/sent", [](Record& r) { ++cost(r).numbers_backward; }},
      {"RANKS/sent", [](Record& r) { cost(r).numbers_forward *= r.setting.ranks; }},
      {"RANKS/depth", [](Record& r) { ++cost(r).messages_deep; }},
      {"RANKS/memory", [](Record& r) { cost(r).bytes_rank += 4; }},
      {"RANKS/path", [](Record& r) { ++cost(r).critical_path; }},
      {"RANKS/path-tree", [](Record& r) { ++cost(r).critical_path; }}};
  for (const auto& [name, fault] : faults) {
    std::vector<Record> records = records_for(name);
    fault(records.front());
    EXPECT_EQ(judge(claim(name), records).answer, Answer::refuted) << name;
  }
  // A path through all rows, and one through those of a part for each doubling of the ranks.
  for (const char* name : {"RANKS/path", "RANKS/path-tree"}) {
    std::vector<Record> serial = records_for(name);
    for (Record& record : serial) cost(record).critical_path = cost(record).operations;
    EXPECT_EQ(judge(claim(name), serial).answer, Answer::refuted) << name;
  }
  std::vector<Record> by_doubling = records_for("RANKS/path-tree");
  for (Record& record : by_doubling) {
    const auto ranks = static_cast<unsigned>(record.setting.ranks);
    cost(record).critical_path = cost(record).operations / record.setting.ranks *
                                 static_cast<std::int64_t>(std::bit_width(ranks - 1));
  }
  EXPECT_EQ(judge(claim("RANKS/path-tree"), by_doubling).answer, Answer::refuted);
  std::vector<Record> records = records_for("RANKS/memory-slices");
  cost(records.back()).bytes_rank += 4;
  EXPECT_EQ(judge(claim("RANKS/memory-slices"), records).answer, Answer::refuted);
  // Bytes that grow with P.
  records = records_for("RANKS/memory");
  for (Record& record : records) cost(record).bytes_rank += record.setting.ranks;
  EXPECT_EQ(judge(claim("RANKS/memory"), records).answer, Answer::refuted);
}

TEST(DistributedJudge, RequiresThreeNumbersOfRanks) {
  for (const char* name : {"RANKS/sent", "RANKS/depth", "RANKS/memory", "RANKS/memory-slices",
                           "RANKS/path", "RANKS/path-tree"}) {
    std::vector<Record> records = records_for(name);
    std::erase_if(records, [](const Record& record) { return record.setting.ranks == 8; });
    EXPECT_EQ(judge(claim(name), records).answer, Answer::inconclusive) << name;
    EXPECT_EQ(judge(claim(name), {}).answer, Answer::inconclusive) << name;
  }
}

TEST(DistributedCost, CountsWhatRanksSendAndTake) {
  Setting setting{.subject = "distributed/blocked",
                  .model = {.hidden_dim = 8, .layers = 2, .ffn_dim = 8, .heads = 2},
                  .length = 64,
                  .slice = 64,
                  .ranks = 4};
  const Distributed chain = count_distributed(setting);
  EXPECT_EQ(chain.numbers_forward, 2 * 2 * 4 * 5);  // s k M (d + 1)
  EXPECT_EQ(chain.numbers_backward, chain.numbers_forward);
  EXPECT_EQ(chain.messages_deep, 3);
  EXPECT_GT(chain.critical_path, chain.operations / 4);
  EXPECT_LT(chain.critical_path, chain.operations / 3);
  EXPECT_GT(chain.bytes_rank, 0);
  setting.subject = "distributed-tree/blocked";
  const Distributed tree = count_distributed(setting);
  EXPECT_EQ(tree.messages_deep, 2);
  EXPECT_EQ(tree.numbers_forward, 2 * chain.numbers_forward) << "rank 0 sends in both rounds";
  setting.subject = "stored/blocked";
  EXPECT_THROW(count_distributed(setting), ContractError);
}

}  // namespace
}  // namespace slim::experiments
