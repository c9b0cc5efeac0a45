// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/task/subject.hpp"
namespace slim::properties {

/// A subject's answer, converted to 50 digits without loss, so that all later code is independent
/// of the scalar.
using GradientAnswer = GradientResult<Digits50>;

/// Options of a request, as in GradientTask: the place of a segment in its sequence, which results
/// are wanted, and how to compute them.
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

/// Runs `subject` on `c` in `scalar`. Outputs start as NaN, so that unwritten entries show. Every
/// array, and all workspace from the ledger, lies between guard regions. Throws SubjectError when
/// the answer has the wrong shape, when the subject throws, or when it wrote into an input or
/// outside of an array.
GradientAnswer ask(const Subject& subject, Scalar scalar, const GradientCase& c,
                   const Segment& segment = {});

/// What it does not claim of the padding of whole models; empty if it claims all.
std::string unclaimed_padding(const Capabilities& can, const Sequences& sequences);

/// What `subject` does not claim of `c` in `scalar`, so that it need not answer; empty if it must.
std::string unclaimed(const Subject& subject, Scalar scalar, const GradientCase& c);

}  // namespace slim::properties
