// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/claims/claim.hpp"
#include "experiments/records/provenance.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slim::experiments {

enum class Answer { supported, refuted, inconclusive, not_judged };
std::string_view name(Answer answer);  ///< "SUPPORTED", "REFUTED", "INCONCLUSIVE", "NOT-JUDGED"

/// The verdict on a claim.
struct Verdict {
  Claim claim;
  Answer answer = Answer::inconclusive;
  double value = 0.0;  ///< value of the claim's statistic; NaN when there is none
  double low = 0.0;    ///< interval of the value; of width 0 for exact counts
  double high = 0.0;
  std::string evidence;       ///< one sentence with the numbers
  std::string measured = {};  ///< for a cell of table 1: the law that the counts follow
};

bool any_refuted(std::span<const Verdict> verdicts);
/// Whether at least one claim was judged, even if INCONCLUSIVE.
bool any_judged(std::span<const Verdict> verdicts);
/// Whether the claim was judged and its verdict differs from the one that claims.toml expects;
/// INCONCLUSIVE differs from both.
bool is_lost(const Verdict& verdict);
bool any_lost(std::span<const Verdict> verdicts);

/// "1.07 in [1.02, 1.11] (exponent of L)", "0, exact (bytes)", "1048576 or more (tokens)", "none".
/// Integers below 1e9 have all digits, other numbers four. Without a unit there are no parentheses.
std::string value_in_words(double value, double low, double high, const std::string& unit);
/// "38 claims: 34 SUPPORTED, 2 REFUTED, 2 NOT-JUDGED".
std::string summary_of(std::span<const Verdict> verdicts);
/// A table in plain text, followed by the summary.
std::string to_table(std::span<const Verdict> verdicts);
/// JSON: {"schema": 1, "scale": "ci", "verdicts": […], "provenance": {…}}. `scale` is the scale of
/// the judged records.
std::string to_json(std::span<const Verdict> verdicts, std::string_view scale,
                    const Provenance& provenance);

}  // namespace slim::experiments
