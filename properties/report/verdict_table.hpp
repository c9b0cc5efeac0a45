#pragma once

#include "properties/engine/engine.hpp"

#include <string>

namespace slim::properties {

/// A line a (law, subject), a column a scalar: the verdict, the worst error over its bound, and in
/// how many cases a verdict other than PASS came about; last, how many cases were executed. Who
/// claims nothing of a law is counted and has no line. Then what was skipped and why, what laws
/// nobody claims anything of (UnclaimedLaws, likewise in no line), and the sum of all checks.
///
/// ```
/// gradient-agrees        float32          float64     digits50
///   reference            PASS 0.33        PASS 0.31   PASS 0        60 of 60
///   recovered/iterative  DRIFT 13 in 1    PASS 0.2    PASS 2e-08    48 of 60
/// ```
///
/// Of one subject, its name stands above, and the laws in the lines.
std::string verdict_table(const RunPlan& plan, const RunResult& result);

/// PASS, SUSPECT, DRIFT, the name of a failure (WRONG, CRASH, …), or "not claimed", "nothing
/// executed": the gravest that occurred.
std::string summary(const Verdict& verdict);

/// Error over bound in two digits.
std::string in_short(double ratio);

}  // namespace slim::properties
