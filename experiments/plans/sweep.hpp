#pragma once

#include "experiments/plans/experiment.hpp"
#include "experiments/records/record.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slim::experiments {

/// Where subjects come from: properties' catalogue, or a test's own.
using FindSubject = std::function<const Subject&(std::string_view)>;

struct SweepReport {
  std::vector<Record> records;  ///< every sample of every plan, in this order, measured or reused
  std::size_t measured = 0;
  std::size_t reused = 0;
  std::filesystem::path file;
};

/// Part `index` of `count`, 0 ≤ index < count ≤ 10^6: settings fall to one by a hash of all that
/// they are but their threads, so that the parts of an array job share nothing and together are the
/// whole, whatever machines they run on.
struct Shard {
  std::uint64_t index = 0;
  std::uint64_t count = 1;
};
/// "i/n"; empty of a whole.
std::string name(const Shard& shard);
/// Of "i/n". Throws ContractError that says what is allowed.
Shard parse_shard(std::string_view text);

/// What a sweep needs to know beside its experiments.
struct Sweep {
  Conditions conditions;
  std::filesystem::path folder;  ///< gets records.jsonl
  FindSubject find_subject;
  Shard shard = {};
  std::filesystem::path program = "/proc/self/exe";  ///< slim-measure, for fresh processes
  /// Told what is missing before it is measured; empty: nobody.
  std::function<void(std::span<const Record* const>)> announce = {};
};

/// Measures what the folder's records do not hold yet, and appends each sample as it comes; when
/// interrupted, the next run goes on. Exact quantities first, on all threads side by side; then,
/// each alone on the machine, bytes, trainings, and seconds in interleaved rounds: sample 0 of
/// every setting, sample 1 of every setting, … Before anything is written, settings and corpus are
/// checked (ContractError), and each subject passes the gate for each kind of setting
/// (RefusedSubject).
SweepReport run_sweep(const std::vector<Experiment>& experiments, const Sweep& sweep);

}  // namespace slim::experiments
