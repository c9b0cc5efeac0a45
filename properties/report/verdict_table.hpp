// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/engine.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace slim::properties {

/// One line per (law, subject), one column per scalar: the verdict, the largest error / bound, and
/// the number of cases with that verdict if it is not PASS; in the last column, the number of
/// executed cases. Subjects that do not claim a law are only counted. Below the table: skips with
/// their reasons, laws that no subject claims (UnclaimedLaws, not in the table), and the sum of all
/// checks.
///
/// ```
/// gradient-agrees        float32          float64     digits50
///   reference            PASS 0.33        PASS 0.31   PASS 0        60 of 60
///   recovered/iterative  DRIFT 13 in 1    PASS 0.2    PASS 2e-08    48 of 60
/// ```
///
/// For a single subject, its name is in the heading and each line is a law.
std::string verdict_table(const RunPlan& plan, const RunResult& result);

/// The most severe result that occurred: PASS, SUSPECT, DRIFT, the name of a failure (WRONG, CRASH,
/// …), "not claimed" or "nothing executed".
std::string summary(const Verdict& verdict);

/// error / bound with two significant digits.
std::string in_short(double ratio);

/// The counts of a verdict for JSON: cases, executed, passed, suspect, drift, wrong, skipped, …
nlohmann::ordered_json counts_json(const Tally& tally);

}  // namespace slim::properties
