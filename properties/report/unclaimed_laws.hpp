// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/engine.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slim::properties {

/// Laws that no subject claims in any scalar. Reports summarise them in a few lines; all their
/// checks are skips.
struct UnclaimedLaws {
  std::vector<std::string> names;
  int of = 0;      ///< laws in the run
  int checks = 0;  ///< all skipped
  /// What is not claimed ("the pullback", "other feature maps"), with the number of checks.
  std::map<std::string, int> reasons;

  [[nodiscard]] bool has(std::string_view law) const;
};

UnclaimedLaws unclaimed_laws(const RunResult& result);

/// "not claimed: 19 of 29 laws, 1520 checks".
std::string headline(const UnclaimedLaws& laws);
/// "the task gradient (480), other feature maps (88)", the most frequent first.
std::string reasons_in_words(const UnclaimedLaws& laws);

}  // namespace slim::properties
