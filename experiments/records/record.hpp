#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/records/provenance.hpp"
#include "experiments/records/setting.hpp"

#include <string>
#include <string_view>

namespace slim::experiments {

/// One measured number with all that it depends on: a line of records.jsonl.
struct Record {
  std::string experiment;
  std::string scale;
  Setting setting;
  std::string corpus_sha1;  ///< of its held-out text, too, where that is a file of its own
  int sample = 0;
  Measured measured;
  Provenance provenance;
  std::string shard = {};  ///< "i/n", the part of a sweep that measured it; empty: a whole one
};

/// One line of JSON without its newline; units are in the names, NaN and infinity travel as null.
std::string to_line(const Record& record);
/// Throws ContractError, naming the field, what it is and what is allowed, unless the line is a
/// record of this schema without a contradiction: whole numbers are whole, in range and, but for
/// the scratch, not negative; slices and full pass follow from length and slice length; a peak is
/// at least each of its parts, and a process's at least its baseline.
Record parse_record(std::string_view line);

/// What makes two records the same measurement: everything but the result, the date, the commit,
/// the part of a sweep and where the corpus lies. Changed code, compiler, flags or processor make
/// it another.
std::string identity(const Record& record);
/// The same without code, compiler, flags, processor and sample: the point in a plot.
std::string place(const Record& record);
/// What of the result is the same whenever the same is measured again, as JSON: counts, errors,
/// losses. Empty of what a clock or a process's memory tells.
std::string exact_result(const Record& record);

}  // namespace slim::experiments
