// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/claims/claim.hpp"
#include "experiments/records/example_records.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace slim::experiments {

/// For tests: the claim of claims.toml with this name.
inline const Claim& claim(const std::string& name) {
  static const std::vector<Claim> claims = built_in_claims();
  return *std::find_if(claims.begin(), claims.end(),
                       [&](const Claim& claim) { return claim.name == name; });
}

inline Record record_at(const std::string& experiment, Index length, Index slice,
                        Measured measured) {
  Record record = example_record(std::move(measured));
  record.experiment = experiment;
  record.setting.length = length;
  record.setting.slice = slice;
  return record;
}

/// Small errors of three kinds of C, for each feature map of a claim on errors.
inline std::vector<Record> exact_records(const std::string& name) {
  std::vector<Record> records;
  for (const std::string& map : claim(name).feature_maps) {
    for (const Index slice : {1, 5, 24}) {
      Record record = record_at("exact", 24, slice, GradientError{.relative = 1e-48});
      record.setting.scalar = Scalar::digits50;
      record.setting.model.feature_map = parse_feature_map(map);
      records.push_back(record);
    }
  }
  return records;
}

}  // namespace slim::experiments
