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

/// What the records say of a claim.
struct Verdict {
  Claim claim;
  Answer answer = Answer::inconclusive;
  double value = 0.0;  ///< of the claim's statistic; NaN when there is none
  double low = 0.0;    ///< its interval; exact counts have one of width 0
  double high = 0.0;
  std::string evidence;       ///< one sentence with the numbers
  std::string measured = {};  ///< of a cell of table 1: the law that the counts follow
};

bool any_refuted(std::span<const Verdict> verdicts);
/// Whether at least one claim was judged, be it without a result.
bool any_judged(std::span<const Verdict> verdicts);
/// A claim was judged, and not as claims.toml expects: supported no longer, or refuted no longer,
/// be it that it cannot be told.
bool any_lost(std::span<const Verdict> verdicts);

/// "38 claims: 34 SUPPORTED, 2 REFUTED, 2 NOT-JUDGED".
std::string summary_of(std::span<const Verdict> verdicts);
/// The table for people, and the summary below it.
std::string to_table(std::span<const Verdict> verdicts);
/// The same for machines: {"schema": 1, "scale": "ci", "verdicts": […], "provenance": {…}}. `scale`
/// is that of the records judged.
std::string to_json(std::span<const Verdict> verdicts, std::string_view scale,
                    const Provenance& provenance);

}  // namespace slim::experiments
