// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/law_run.hpp"
#include "properties/engine/parallel.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace slim::properties {
namespace {

/// The pairs to shrink: for each subject that broke the law, the most exact scalar in which it did,
/// where rounding errors are smallest.
std::vector<const Pair*> to_shrink(const LawRun& run) {
  std::vector<const Pair*> broken;
  for (const auto& pair : run.pairs) {
    if (!pair->broke()) continue;
    if (broken.empty() || broken.back()->subject != pair->subject) {
      broken.push_back(pair.get());
    } else if (unit_roundoff(pair->scalar) < unit_roundoff(broken.back()->scalar)) {
      broken.back() = pair.get();
    }
  }
  return broken;
}

/// The original finding, if the failure does not recur.
Finding unreproduced(Finding finding) {
  finding.note += finding.note.empty() ? "did so" : ";";
  finding.note += " once, but not when it ran again";
  return finding;
}

const Record& first_record(const Pair& pair) {
  return pair.records[static_cast<std::size_t>(static_cast<int>(pair.first_wrong))];
}

/// A case by its number, and its check.
struct CheckedCase {
  int number;
  const Record* record;
};

Counterexample counterexample(const LawRun& run, const Pair& pair, std::uint64_t seed,
                              const CheckedCase& of, bool shrinks) {
  const Record& record = *of.record;
  std::unique_ptr<Draw> draw =
      NumberedCase(run.law, seed, id_of(run, of.number)).draw(record.attempt);
  Counterexample found = shrinks
                             ? shrunk(run.law, *pair.subject, pair.scalar, std::move(draw))
                             : unshrunk(run.law, *pair.subject, pair.scalar, *draw, record.finding);
  if (found.finding.outcome != Outcome::wrong) {
    const bool is_by_chance = record.finding.failure == Failure::non_deterministic;
    found.finding = is_by_chance ? record.finding : unreproduced(record.finding);
  }
  found.case_number = of.number;
  found.file.metadata["seed"] = std::to_string(seed);
  return found;
}

/// The largest failure that another fault causes in the cases that were not run after the first
/// wrong one: one with numbers if that was a crash or an error, or one with a far larger error. So
/// that a crash at one size or a small error everywhere does not hide a larger fault.
std::optional<Counterexample> failure_of_another_fault(const LawRun& run, const Pair& pair,
                                                       std::uint64_t seed) {
  constexpr int most_cases = 20;           // each of the stratified sizes
  constexpr int most_without_numbers = 4;  // a crash costs the start of a process
  constexpr double least_times = 1e4;      // of the first error, relative to its bound
  const Finding& first = first_record(pair).finding;
  const auto is_of_another = [&](const Finding& finding) {
    if (finding.outcome != Outcome::wrong || !finding.has_numbers()) return false;
    if (!first.has_numbers()) return true;
    return finding.failure == Failure::wrong &&
           finding.worst.ratio() > least_times * first.worst.ratio();
  };
  int number = pair.first_wrong;
  int without_numbers = 0;
  const int end = std::min(run.drawn, number + 1 + most_cases);
  std::optional<std::pair<int, Record>> largest;
  while (++number < end && without_numbers < most_without_numbers) {
    if (!is_run_in(run, number, pair.scalar)) continue;
    NumberedCase numbered(run.law, seed, id_of(run, number));
    Record record = judged(numbered, *pair.subject, pair.scalar);
    if (is_hang(record.finding)) break;
    without_numbers += record.finding.has_numbers() ? 0 : 1;
    if (!is_of_another(record.finding)) continue;
    if (largest && !worse(record.finding.worst, largest->second.finding.worst)) continue;
    largest = {number, std::move(record)};
  }
  if (!largest) return std::nullopt;
  return counterexample(run, pair, seed, {largest->first, &largest->second}, true);
}

}  // namespace

std::vector<Counterexample> counterexamples_of(const RunPlan& plan,
                                               std::span<const std::unique_ptr<LawRun>> runs) {
  std::vector<std::pair<const LawRun*, const Pair*>> broken;
  for (const auto& run : runs) {
    for (const Pair* pair : to_shrink(*run)) broken.emplace_back(run.get(), pair);
  }
  const auto hung = [](const auto& of) { return is_hang(first_record(*of.second).finding); };
  const auto first_hung = std::ranges::find_if(broken, hung);
  std::vector<std::vector<Counterexample>> found(broken.size());
  in_parallel(static_cast<int>(broken.size()), plan.threads, [&](int i) {
    const auto at = broken.begin() + i;
    const auto& [law_run, pair] = *at;
    std::vector<Counterexample>& of_pair = found[static_cast<std::size_t>(i)];
    const CheckedCase first{.number = pair->first_wrong, .record = &first_record(*pair)};
    of_pair.push_back(
        counterexample(*law_run, *pair, plan.seed, first, at == first_hung || !hung(*at)));
    if (hung(*at)) return;
    auto other = failure_of_another_fault(*law_run, *pair, plan.seed);
    if (other) of_pair.push_back(*std::move(other));
  });
  std::vector<Counterexample> all;
  for (std::vector<Counterexample>& of_pair : found) {
    std::ranges::move(of_pair, std::back_inserter(all));
  }
  return all;
}

}  // namespace slim::properties
