// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/provenance.hpp"
#include "experiments/records/quantities.hpp"
#include "experiments/records/setting.hpp"

#include <string>
#include <string_view>

namespace slim::experiments {

/// One measured result with everything that it depends on: a line of records.jsonl.
struct Record {
  std::string experiment;
  std::string scale;
  Setting setting;
  std::string corpus_sha1;  ///< and that of its held-out text, if a separate file
  int sample = 0;
  Measured measured;
  Provenance provenance;
  std::string shard = {};  ///< "i/n", the part of the sweep; empty: undivided
};

/// One line of JSON without a newline. Units are in the names; NaN and infinity are written as
/// null.
std::string to_line(const Record& record);
/// Throws ContractError, naming the field, what it is and what is allowed, unless the line is a
/// record of this schema with a valid setting and without a contradiction: whole numbers are whole,
/// in range and, except for the scratch, not negative; slices and full pass, if given, follow from
/// length and slice length; the peak of a gradient is at least that of its tokens, state, slice and
/// result; the peak of a process is at least its baseline.
Record parse_record(std::string_view line);

/// Identifies the measurement: equal for two records of the same measurement. Contains everything
/// but the result, the date, the commit, the version, the host, the part of a sweep and the path of
/// the corpus. Changed code, compiler, flags, preset or processor make a different measurement.
std::string identity(const Record& record);
/// The same without sample and provenance: identifies the point in a plot.
std::string place(const Record& record);
/// The reproducible part of the result as JSON: counts, errors, losses. Empty for times, the memory
/// of a process and the longest length.
std::string exact_result(const Record& record);

}  // namespace slim::experiments
