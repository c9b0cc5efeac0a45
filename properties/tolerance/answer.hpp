#pragma once

#include "properties/engine/law.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/task/subject.hpp"
namespace slim::properties {

/// What a subject answered, taken over into 50 digits without loss, so that everything after the
/// question is written once for all scalars.
using GradientAnswer = GradientResult<Digits50>;

/// What a question asks beyond a whole case, as in GradientTask: a segment's place in its sequence,
/// and how it is to be answered.
struct Segment {
  Index first_position = 0;
  Index counted_targets = 0;
  const State<Digits50>* start = nullptr;
  const State<Digits50>* end_cotangent = nullptr;
  bool wants_state = false;
  bool wants_logits = false;
  FirstSweep first_sweep = FirstSweep::lazy;
  int threads = 1;
};

/// Asks `subject` for the gradient of `c`, computed in `scalar`. What it has to fill is handed over
/// full of NaN, so that an entry left alone shows; every array stands between fences, and so does
/// what the subject takes from the ledger. Throws SubjectError when the answer has the wrong shape,
/// when the subject throws, or when it wrote into what it was given to read, or beside anything.
GradientAnswer ask(const Subject& subject, Scalar scalar, const GradientCase& c,
                   const Segment& segment = {});

/// Why `subject` need not answer `c` in `scalar`: what it does not claim. Empty when it must.
std::string unclaimed(const Subject& subject, Scalar scalar, const GradientCase& c);

}  // namespace slim::properties
