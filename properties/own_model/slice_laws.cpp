// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/laws.hpp"

#include <numeric>

namespace slim::properties::own_model {
namespace {

std::string unclaimed_slices(const foreign::OwnModel& declared) {
  if (!declared.sliced) return "slices";
  const bool redrawn = declared.random == foreign::OwnModel::Random::redrawn;
  return redrawn ? "the same random numbers in every slice" : "";
}

Finding check_slices(OwnSubject& subject, const OwnCase& c, Scalar scalar) {
  const Deviation allowed = deviation_of_full(subject, c, scalar);
  Comparison comparison(subject, allowed);
  if (subject.declaration().capabilities.subtracting) comparison.may_drift();
  const Index L = c.sequences.length;
  for (const Index C : {c.slice_length, L}) {
    const Answer answer = gradient_in(subject, c, C, scalar);
    const std::string where = C >= L ? " (in one slice)" : "";
    comparison.loss(where, answer.loss, allowed.unmoved.loss);
    comparison.gradient(where, answer.gradient, allowed.unmoved.gradient);
    if (c.slice_length == L) break;
  }
  return comparison.finding();
}

std::string unclaimed_resuming(const foreign::OwnModel& declared) {
  if (!declared.decodes || !declared.logits) return "to decode in pieces";
  const bool random = declared.random != foreign::OwnModel::Random::none;
  return random ? "answers without random numbers" : "";
}

Finding check_resuming(OwnSubject& subject, const OwnCase& c, Scalar scalar) {
  Request request = c.request(0);
  request.wants_logits = true;
  const Deviation allowed = deviation_of(subject, c, std::move(request), scalar);
  Comparison comparison(subject, allowed);
  if (subject.declaration().capabilities.subtracting) comparison.may_drift();
  const Index L = c.sequences.length;
  std::vector<Index> every(static_cast<std::size_t>(L - 1));
  std::iota(every.begin(), every.end(), 1);
  const auto at = static_cast<Index>(c.seed % static_cast<std::uint64_t>(L - 1)) + 1;
  for (const std::vector<Index>& cuts : {std::vector{at}, every}) {
    Request pieces = c.request(0);
    pieces.cuts = cuts;
    pieces.wants_loss = false;
    pieces.wants_logits = true;
    comparison.logits(cuts.size() == 1 ? " (cut once)" : " (row by row)",
                      subject.ask_once(pieces, scalar).logits, allowed.unmoved.logits);
  }
  return comparison.finding();
}

OwnSpec with_a_cut(OwnSpec spec, const foreign::OwnModel& declared) {
  spec.length =
      std::clamp<Index>(spec.length, std::min<Index>(2, declared.longest), declared.longest);
  return spec;
}

}  // namespace

OwnLaw own_slices_agree() {
  return {.name = "own-slices-agree",
          .statement = "loss and gradient in slices of any C equal those of the full pass",
          .source = "section 3 of the paper: the sliced gradient is exact",
          .unclaimed = unclaimed_slices,
          .check = check_slices,
          .runs_all_sizes = true};
}

OwnLaw own_resumes() {
  return {.name = "own-resumes",
          .statement = "logits in pieces, each from the state after the last, equal the whole",
          .source = "section 2 of the paper: prefix sums are all that crosses a cut",
          .unclaimed = unclaimed_resuming,
          .check = check_resuming,
          .repair = with_a_cut};
}

}  // namespace slim::properties::own_model
