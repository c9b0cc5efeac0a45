#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace slim::experiments {

/// A claim of the paper, as claims.toml states it, with what decides it.
struct Claim {
  std::string name;                      ///< "MEMORY-C"
  std::string statement;                 ///< in the paper's sense
  std::string source;                    ///< where it is made
  std::vector<std::string> experiments;  ///< whose records decide
  std::string subject;                   ///< of these records
  std::string statistic;                 ///< what is computed from them
  std::string rule;                      ///< what the statistic must be
  std::string judge;                     ///< which judge knows the statistic and the rule
  double minutes = 0.0;                  ///< that its experiments take at scale laptop, about
  std::string expected = {};  ///< the verdict that was committed: "SUPPORTED", …; empty: none
  std::string cell = {};      ///< of table 1, "row / column"; empty: not one
  std::string theory = {};    ///< of the cell, "L log L"
  // Numbers of the rule, for the judges that take them.
  double bound = 0.0;
  std::vector<std::string> feature_maps = {};
  std::vector<std::string> boundaries = {};  ///< of the subjects that decide
  std::string scalar = "digits50";           ///< of the records, for judges of errors
  std::string law = {};     ///< of exact counts, as statistics/exact_law.hpp names it
  std::string count = {};   ///< which: multiplications, critical-path, bytes
  std::string slices = {};  ///< of which records: full, one-row, fixed, several
  long long shortest = 0;   ///< lengths that the records must span
  long long longest = 0;
  double cap_mebibytes = 0.0;  ///< of the processes that decide
  long long row_multiple = 1;  ///< slice bytes are on a line at slices of so many rows
};

/// Throws ContractError, naming the claim and the field, when anything is missing or misspelt.
std::vector<Claim> parse_claims(const std::string& toml);
/// claims.toml as it was when the program was built.
std::vector<Claim> built_in_claims();

}  // namespace slim::experiments
