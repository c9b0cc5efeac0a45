// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace slim::experiments {

/// A claim as stated in claims.toml, with the records and the rule that decide it.
struct Claim {
  std::string name;                      ///< "MEMORY-C"
  std::string statement;                 ///< the claim in one sentence
  std::string source;                    ///< publication that makes the claim
  std::vector<std::string> experiments;  ///< experiments whose records decide
  std::string subject;                   ///< subject of these records
  std::string statistic;                 ///< what is computed from them
  std::string unit;                      ///< of the statistic, in words: "tokens"
  std::string rule;                      ///< what the statistic must be
  std::string judge;                     ///< judge that computes the statistic and applies the rule
  double minutes = 0.0;       ///< approximate duration of its experiments at scale laptop
  std::string expected = {};  ///< expected verdict: "SUPPORTED" or "REFUTED"; empty: none
  std::string cell = {};      ///< cell of table 1, "row / column"; empty: none
  std::string theory = {};    ///< growth that the paper states in the cell, "L log L"
  // Parameters of the rule; each judge uses some of them.
  double bound = 0.0;
  std::vector<std::string> feature_maps = {};
  std::vector<std::string> boundaries = {};  ///< boundaries of the subjects that decide
  std::string scalar = "digits50";           ///< scalar of the records, for judges of errors
  std::string law = {};        ///< law of exact counts, a name of statistics/exact_law.hpp
  std::string count = {};      ///< counted quantity: multiplications, critical-path, bytes
  std::string slices = {};     ///< slice lengths of the records: full, one-row, fixed, several
  long long shortest = 0;      ///< shortest length that the records must contain
  long long longest = 0;       ///< longest length that the records must contain
  double cap_mebibytes = 0.0;  ///< largest memory cap of the processes that decide
  long long row_multiple = 1;  ///< slice bytes are affine in C at multiples of this
};

/// Throws ContractError that names the claim and the field when a field is missing or unknown.
std::vector<Claim> parse_claims(const std::string& toml);
/// The claims of claims.toml at build time.
std::vector<Claim> built_in_claims();

}  // namespace slim::experiments
