// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/pattern.hpp"

#include "properties/own_model/laws.hpp"
#include "properties/own_model/slice_probes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace slim::properties::own_model {
namespace {

std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t most = 4;
  const std::vector<std::string> first(names.begin(), names.begin() + std::min(names.size(), most));
  const std::string more =
      names.size() > most ? fmt::format(" and {} more", names.size() - most) : "";
  return fmt::format("{}{}", fmt::join(first, ", "), more);
}

/// The narrower type that explains the differences of a gradient: small ones, which change
/// erratically with the parameters; or "".
std::string narrow_type(SliceProbes& probes, const Unlike& of, Index slice_length, Scalar scalar) {
  constexpr double most_of_float32 = 1e-5;
  constexpr double most_of_16_bits = 0.05;
  const bool can_be = of.relative > 0.0 && of.relative < most_of_16_bits;
  if (!can_be || !probes.differs_erratically(slice_length)) return "";
  if (of.relative > most_of_float32) return "16 bits, such as bfloat16 or float16";
  return scalar == Scalar::float64 ? "float32" : "";
}

/// What slices do, compared with the full pass.
struct Slices {
  Unlike all;
  Unlike in_one;      ///< C ≥ L
  Unlike first_only;  ///< only the first slice counts
  Unlike last_only;
  bool slope_breaks = false;
};

std::string described_forward(SliceProbes& probes, const Slices& of) {
  if (!of.first_only.loss && !of.last_only.loss) {
    return "the loss is normalised per slice: with the targets of one slice it is right, and wrong "
           "with those of several";
  }
  if (of.first_only.loss && of.last_only.loss) {
    return fmt::format(
        "the loss is normalised per slice, or with the wrong count: with only the first slice "
        "counted it is {:.3g} times the full pass's",
        of.first_only.loss_ratio);
  }
  if (of.first_only.loss) {
    return "a row at the edge of a slice is counted twice, or not at all, in the loss";
  }
  if (probes.agrees_without_tail()) return "the rows of an incomplete last slice are lost or wrong";
  const Index last = (probes.length() - 1) / probes.C * probes.C;
  if (!probes.last_slice_sees(0) && !probes.last_slice_sees(last - 1)) {
    return "nothing crosses from slice to slice: the state is lost";
  }
  if (!probes.last_slice_sees(last - 1)) return "the last row before each cut is lost";
  return "later slices start from a wrong state or position, although earlier tokens reach them";
}

std::string described_backward(const Slices& of) {
  if (of.all.factor != 1.0) {
    return fmt::format("the gradient in slices is {:.6g} times the full one: a wrong factor",
                       of.all.factor);
  }
  if (of.first_only.gradient()) {
    return of.first_only.zero ? "the backward sweep skips the first slice"
                              : "the backward sweep visits the slices in a wrong order, or adds "
                                "something to the gradient of the first one";
  }
  if (of.last_only.zero) return "the backward sweep skips the last slice";
  if (of.all.tensors.size() < of.all.compared) {
    return fmt::format(
        "the gradient that is carried from slice to slice is lost, scaled or stale: only {}, "
        "upstream of the state, are wrong",
        some_of(of.all.tensors));
  }
  return "the second sweep over the slices starts from a wrong state or position";
}

std::string described_slices(SliceProbes& probes, const Slices& of, Scalar scalar) {
  if (of.in_one.any()) {
    if (!of.in_one.loss && of.in_one.zero) return "the backward sweep skips the first slice";
    if (of.in_one.factor != 1.0) {
      return fmt::format("the gradient in slices is {:.6g} times the full one, even in one slice",
                         of.in_one.factor);
    }
    if (!of.in_one.loss && of.in_one.clipped_at > 0.0) {
      return fmt::format("the gradient in slices is clipped: its entries are at most {:.3g}",
                         of.in_one.clipped_at);
    }
    if (!of.in_one.loss && of.in_one.tensors.size() <= 2) {
      return fmt::format(
          "the gradient of {} is wrong in slices, even in one: a wrong tie of "
          "parameters, or a parameter that is left out",
          some_of(of.in_one.tensors));
    }
    const std::string narrow = narrow_type(probes, of.in_one, probes.length(), scalar);
    if (!narrow.empty()) return "slices compute in " + narrow;
    return of.in_one.loss ? "slices compute another loss, even in one slice: redrawn random "
                            "numbers (dropout), another mask or normaliser"
                          : "slices compute another gradient, even in one slice";
  }
  const std::string narrow = narrow_type(probes, of.all, probes.C, scalar);
  if (!narrow.empty()) return "what crosses from slice to slice is stored in " + narrow;
  if (of.all.loss && of.slope_breaks) {
    return described_forward(probes, of) +
           "; the gradient is not the slope of the sliced loss either: its two sweeps differ";
  }
  return of.all.loss ? described_forward(probes, of) : described_backward(of);
}

std::string holds_or(bool breaks) {
  return breaks ? "differs" : "holds";
}

std::string evidence_of(const Slices& of) {
  const auto words = [](const Unlike& one) {
    return one.loss ? (one.gradient() ? "loss and gradient differ" : "loss differs")
                    : (one.gradient() ? "gradient differs" : "holds");
  };
  return fmt::format(
      "slices against the full pass: {}; in one slice: {}; only the first slice counted: {}; only "
      "the last: {}; slope of the sliced loss: {}",
      words(of.all), words(of.in_one), words(of.first_only), words(of.last_only),
      holds_or(of.slope_breaks));
}

/// What slices do where those of one sequence, all of whose targets count, are right.
std::string described_masks_and_batches(OwnSubject& subject, SliceProbes& probes, Scalar scalar) {
  if (probes.unlike(probes.C, 0, std::min(probes.C, probes.length())).any()) {
    return "slices go wrong where not all targets count: the mask is ignored, or applied wrongly";
  }
  if (!subject.declared().batches) return "";
  constexpr Index sequences = 2;
  SliceProbes batch(subject, scalar, sequences);
  const Unlike of = batch.unlike(batch.C, 0, batch.length());
  if (of.factor != 1.0) {
    return fmt::format(
        "the gradient in slices of a batch of {} sequences is {:.6g} times the full one, and that "
        "of one sequence is right: summed, not averaged, over the batch",
        sequences, of.factor);
  }
  return of.any() ? "slices go wrong for several sequences only" : "";
}

/// What the broken laws alone say, if slices and slopes are right on the probes.
std::string described_by_laws(const std::vector<std::string>& broken) {
  const auto breaks = [&](std::string_view law) {
    return std::ranges::find(broken, law) != broken.end();
  };
  if (breaks("own-calls-independent")) {
    return "its answers depend on earlier calls: state is kept between calls";
  }
  if (breaks("own-future-does-not-matter")) return "rows depend on later tokens";
  if (breaks("own-resumes")) return "decoding in pieces passes a wrong state or position";
  if (breaks("own-padding-is-truncation")) return "masked targets change the loss or its divisor";
  if (breaks("own-batches-add")) {
    return "the sequences of a batch depend on each other, or its loss is no mean over targets";
  }
  if (breaks("own-batch-order-does-not-matter")) return "the order of the batch matters";
  if (broken == std::vector<std::string>{"own-float32-agrees"}) {
    return "float32 computes less accurately than rounding allows: check for a narrower type";
  }
  return "no known pattern matches";
}

bool is_about_numbers(const Counterexample& found) {
  return std::ranges::find(names_of_own_laws(), found.law) != names_of_own_laws().end() &&
         found.finding.has_numbers();
}

bool is_finite(const Counterexample& found) {
  return std::isfinite(found.finding.worst.error);
}

std::vector<std::string> described_by(OwnSubject& subject, std::vector<std::string> broken) {
  const foreign::OwnModel& declared = subject.declared();
  const Scalar scalar = subject.offers(Scalar::float64) ? Scalar::float64 : Scalar::float32;
  const auto breaks = [&](std::string_view law) {
    return std::ranges::find(broken, law) != broken.end();
  };
  const std::string laws = fmt::format("broken: {}", fmt::join(broken, ", "));
  if (breaks("own-calls-independent")) return {"pattern: " + described_by_laws(broken), laws};
  SliceProbes probes(subject, scalar);
  if (breaks("own-slope-of-loss")) {
    const std::vector<std::string> tensors = probes.broken_slopes(0);
    if (!tensors.empty()) {
      return {fmt::format("pattern: the full gradient is not the slope of the loss along {}: a "
                          "detached part, a wrong backward formula or a wrong tie in the module",
                          some_of(tensors)),
              laws};
    }
  }
  if (breaks("own-future-does-not-matter") && declared.masks && probes.sees_later_tokens()) {
    return {"pattern: rows depend on later tokens", laws};
  }
  const bool compares =
      declared.sliced && declared.masks && declared.random != foreign::OwnModel::Random::redrawn;
  if (compares) {
    const Index L = probes.length();
    Slices of;
    of.all = probes.unlike(probes.C, 0, L);
    of.in_one = probes.unlike(L, 0, L);
    if (of.all.any() || of.in_one.any()) {
      of.first_only = probes.unlike(probes.C, 0, std::min(probes.C, L));
      of.last_only = probes.unlike(probes.C, (L - 1) / probes.C * probes.C, L);
      of.slope_breaks = !probes.broken_slopes(probes.C).empty();
      return {"pattern: " + described_slices(probes, of, scalar), evidence_of(of), laws};
    }
    const std::string words = described_masks_and_batches(subject, probes, scalar);
    if (!words.empty()) return {"pattern: " + words, laws};
  }
  if (breaks("own-slope-of-sliced-loss")) {
    const std::vector<std::string> tensors = probes.broken_slopes(probes.C);
    if (!tensors.empty()) {
      return {fmt::format("pattern: the gradient in slices is not the slope of the sliced loss "
                          "along {}",
                          some_of(tensors)),
              laws};
    }
  }
  return {"pattern: " + described_by_laws(broken), laws};
}

}  // namespace

std::vector<std::string> described_by_pattern(const foreign::ForeignSubject& foreign,
                                              std::span<const Counterexample> failures) {
  std::vector<std::string> broken;
  for (const Counterexample& found : failures) {
    if (is_about_numbers(found)) broken.push_back(found.law);
  }
  if (broken.empty()) return {};
  if (std::ranges::none_of(failures, is_finite)) {
    return {"pattern: its answers are not finite"};
  }
  try {
    OwnSubject subject(foreign);
    return described_by(subject, std::move(broken));
  } catch (const SubjectError& error) {
    return {std::string("pattern: it gave no answer to further calls: it ") + error.what()};
  }
}

}  // namespace slim::properties::own_model
