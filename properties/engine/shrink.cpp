// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/shrink.hpp"

#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

constexpr int most_checks = 400;
constexpr int most_hangs = 6;  ///< each takes a whole deadline

/// The current case of the walk.
struct Step {
  std::unique_ptr<Draw> draw;
  std::unique_ptr<Trial> trial;
  Finding finding;
};

/// The case file with the metadata that replays exactly this check.
CaseFile labelled(CaseFile file, const Counterexample& found) {
  file.metadata["law"] = found.law;
  file.metadata["subject"] = found.subject;
  file.metadata["dtype"] = name(found.scalar);
  file.metadata["description"] = found.readable;
  return file;
}

}  // namespace

Finding check_safely(Trial& trial, const Subject& subject, Scalar scalar) {
  try {
    Finding finding = trial.check(subject, scalar);
    const bool finite = std::isfinite(finding.worst.error);
    if (finding.outcome == Outcome::wrong && !finite && finding.failure == Failure::wrong) {
      finding.failure = Failure::non_finite;
    }
    return finding;
  } catch (const SubjectError& error) {
    return {.outcome = Outcome::wrong,
            .worst = {.tensor = std::string(no_tensor),
                      .row = 0,
                      .error = std::numeric_limits<double>::infinity(),
                      .bound = 0.0},
            .note = error.what(),
            .failure = error.failure()};
  }
}

Counterexample shrunk(const Law& law, const Subject& subject, Scalar scalar,
                      std::unique_ptr<Draw> draw) {
  Counterexample found{.law = law.name,
                       .subject = subject.name,
                       .scalar = scalar,
                       .drawn = draw->readable(),
                       .readable = {},
                       .sliced = subject.capabilities.sliced,
                       .finding = {},
                       .file = {}};
  Step at{.draw = std::move(draw), .trial = {}, .finding = {}};
  at.trial = at.draw->trial();
  at.finding = check_safely(*at.trial, subject, scalar);
  const Finding drawn = with_limited_error(at.finding, unit_roundoff(scalar));
  found.on_drawn = at.finding.worst;
  Draw::Shrinks smaller = at.draw->shrinks();
  int hangs = 0;
  for (int checks = 0; checks < most_checks && hangs < most_hangs; ++checks) {
    Step next{.draw = smaller(), .trial = {}, .finding = {}};
    if (next.draw == nullptr) break;
    next.trial = next.draw->trial();
    if (!next.trial->unusable(scalar).empty()) continue;
    next.finding = check_safely(*next.trial, subject, scalar);
    hangs += next.finding.failure == Failure::hang ? 1 : 0;
    if (!is_same_fault(drawn, next.finding)) continue;
    at = std::move(next);
    smaller = at.draw->shrinks();
    ++found.shrinks;
  }
  found.readable = at.draw->readable();
  found.finding = std::move(at.finding);
  found.file = labelled(at.trial->file(), found);
  return found;
}

Counterexample unshrunk(const Law& law, const Subject& subject, Scalar scalar, const Draw& draw,
                        const Finding& finding) {
  Counterexample found{.law = law.name,
                       .subject = subject.name,
                       .scalar = scalar,
                       .drawn = draw.readable(),
                       .readable = draw.readable(),
                       .sliced = subject.capabilities.sliced,
                       .finding = finding,
                       .on_drawn = finding.worst,
                       .file = {}};
  found.file = labelled(draw.trial()->file(), found);
  return found;
}

}  // namespace slim::properties
