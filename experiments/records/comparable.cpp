// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/comparable.hpp"

#include "experiments/records/record_log.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace slim::experiments {
namespace {

bool same_build_and_text(const Record& a, const Record& b) {
  const Provenance& p = a.provenance;
  const Provenance& q = b.provenance;
  return p.code == q.code && p.compiler == q.compiler && p.flags == q.flags &&
         p.preset == q.preset && a.corpus_sha1 == b.corpus_sha1;
}

bool same_machine(const Record& a, const Record& b) {
  return a.setting.threads == b.setting.threads &&
         (!depends_on_machine(quantity_of(a.measured)) ||
          a.provenance.processor == b.provenance.processor);
}

}  // namespace

bool depends_on_machine(Quantity quantity) {
  return quantity == Quantity::seconds || quantity == Quantity::process ||
         quantity == Quantity::longest || quantity == Quantity::training;
}

Comparable comparable(const std::vector<Record>& records, std::string_view scale) {
  std::vector<Record> own;
  std::set<std::string> scales;
  for (const Record& record : records) {
    scales.insert(record.scale);
    if (record.scale == scale) own.push_back(record);
  }
  require(!own.empty(),
          fmt::format("there are no records of scale {}: the file has {}", scale,
                      scales.empty() ? "no records"
                                     : fmt::format("records of {}", fmt::join(scales, ", "))));
  const std::size_t all = own.size();
  // For equal dates the last in the file.
  const Record newest_of_all = *std::max_element(own.rbegin(), own.rend(), is_older);
  std::erase_if(own, [&](const Record& r) { return !same_build_and_text(r, newest_of_all); });
  std::map<std::pair<std::string, Quantity>, Record> leading;
  for (const Record& record : own) {
    const std::pair key(record.experiment, quantity_of(record.measured));
    const auto [known, is_first] = leading.emplace(key, record);
    if (!is_first && !is_older(record, known->second)) known->second = record;
  }
  std::erase_if(own, [&](const Record& r) {
    return !same_machine(r, leading.at({r.experiment, quantity_of(r.measured)}));
  });
  return {
      .records = newest(own), .provenance = newest_of_all.provenance, .left_out = all - own.size()};
}

std::set<std::string> hosts_of_machine_results(const std::vector<Record>& records) {
  std::set<std::string> hosts;
  for (const Record& record : records) {
    if (!depends_on_machine(quantity_of(record.measured))) continue;
    if (!record.provenance.host.empty()) hosts.insert(record.provenance.host);
  }
  return hosts;
}

}  // namespace slim::experiments
