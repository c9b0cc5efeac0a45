// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/gradient/gradient_law.hpp"
#include "properties/laws/laws.hpp"
#include "reference/vocabulary/memory/memory_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace slim::properties::laws {
namespace {

constexpr Index longest_short_slice = 4;
constexpr Index long_slice = 64;  ///< whole blocks and whole cache lines
constexpr Index times_as_long = 4;

/// The peak of a subject's bytes in the ledger during a call.
struct Taken {
  std::int64_t in_all = 0;  ///< of all purposes
  std::int64_t for_slices = 0;
};

template <class T>
void count_bytes(GradientFunctions& functions, Taken& taken) {
  GradientFunction<T>& function = functions.in<T>();
  if (!function) return;
  function = [inner = function, &taken](const GradientTask<T>& task, GradientResult<T>& result) {
    const MemoryWatch watch;
    inner(task, result);
    const MemoryUse peak = watch.peak();
    taken = {.in_all = std::accumulate(peak.by_tag.begin(), peak.by_tag.end(), std::int64_t{0}),
             .for_slices = peak.of(MemoryTag::slice)};
  };
}

Sequences first_targets(const Sequences& sequences, Index length) {
  Sequences shorter(sequences.batch(), length);
  if (sequences.has_mask()) shorter.add_mask();
  const auto kept = static_cast<std::size_t>(length) + 1;
  for (Index b = 0; b < sequences.batch(); ++b) {
    std::ranges::copy(sequences.tokens(b).first(kept), shorter.tokens(b).begin());
    if (!sequences.has_mask()) continue;
    std::ranges::copy(sequences.mask(b).first(kept), shorter.mask(b).begin());
  }
  return shorter;
}

/// Multiples of L and C.
struct Times {
  Index L;
  Index C;
};

/// b(L, C) of one subject, measured on beginnings of a case of length 4 L.
class Bytes {
 public:
  Bytes(const GradientCase& c, const Subject& subject, Scalar scalar)
      : case_(c), counted_(subject), scalar_(scalar) {
    count_bytes<float>(counted_.gradient, taken_);
    count_bytes<double>(counted_.gradient, taken_);
    count_bytes<Digits50>(counted_.gradient, taken_);
    count_bytes<Float16>(counted_.gradient, taken_);
    count_bytes<BFloat16>(counted_.gradient, taken_);
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() = default;

  double of(Times times) {
    GradientCase part = case_;
    part.slice_length = times.C * case_.slice_length;
    part.sequences =
        first_targets(case_.sequences, times.L * case_.sequences.length() / times_as_long);
    ask(counted_, scalar_, part);
    if (taken_.for_slices > 0) return static_cast<double>(taken_.in_all);
    throw SubjectError("claims " + std::string(name(counted_.capabilities.memory)) +
                           " but enters no slice in the ledger",
                       Failure::wrong);
  }

 private:
  const GradientCase& case_;
  Subject counted_;
  Scalar scalar_;
  Taken taken_;
};

/// By how much the bytes exceed the claim, in the worst of its inequalities.
Discrepancy outgrown(const GradientCase& c, MemoryGrowth claim, Bytes& bytes) {
  const Index L = c.sequences.length() / times_as_long;
  Discrepancy worst;
  const auto require_at_most = [&](std::string what, double growth, double allowed) {
    const Discrepancy here{.tensor = std::move(what),
                           .row = 0,
                           .error = std::max(0.0, growth),
                           .bound = std::max(0.0, allowed)};
    if (worst.tensor.empty() || worse(here, worst)) worst = here;
  };
  const auto from_to = [&](Index from, Index to, Index C) {
    return fmt::format("bytes more at L={} than at L={} (C={})", to * L, from * L,
                       C * c.slice_length);
  };
  const double once = bytes.of({.L = 1, .C = 1});
  const double twice = bytes.of({.L = 2, .C = 1});
  const double four_times = bytes.of({.L = 4, .C = 1});
  switch (claim) {
    case MemoryGrowth::unclaimed:
      break;
    case MemoryGrowth::slice:
      require_at_most(from_to(1, 2, 1), twice - once, 0.0);
      require_at_most(from_to(1, 4, 1), four_times - once, 0.0);
      break;
    case MemoryGrowth::slice_and_logarithm:
      require_at_most(from_to(2, 4, 1), four_times - twice, twice - once);
      break;
    case MemoryGrowth::slice_and_count:
      require_at_most(from_to(2, 4, 1), four_times - twice, 2.0 * (twice - once));
      require_at_most(from_to(2, 4, 2), bytes.of({.L = 4, .C = 2}) - bytes.of({.L = 2, .C = 2}),
                      twice - once);
      break;
  }
  if (c.slice_length >= long_slice) {
    const double bend = bytes.of({.L = 3, .C = 3}) - 2.0 * bytes.of({.L = 2, .C = 2}) + once;
    require_at_most(fmt::format("bytes above an affine function of C at C={} ({} slices)",
                                3 * c.slice_length, L / c.slice_length),
                    bend, 0.0);
  }
  return worst;
}

Finding takes_as_much_as_claimed(GradientEvidence& evidence, const Subject& subject,
                                 Scalar scalar) {
  const GradientCase& c = evidence.given();
  std::string reason = unclaimed(subject, scalar, c);
  if (reason.empty() && subject.capabilities.memory == MemoryGrowth::unclaimed) {
    reason = "how its memory grows";
  }
  if (!reason.empty()) return not_claimed(reason);
  if (scalar == Scalar::digits50 && c.slice_length >= long_slice) {
    return skipped("long slices are slow in 50 digits and take the same bytes");
  }
  Bytes bytes(c, subject, scalar);
  Finding finding{.outcome = Outcome::pass,
                  .worst = outgrown(c, subject.capabilities.memory, bytes),
                  .note = {}};
  if (finding.worst.error <= finding.worst.bound) return finding;
  finding.outcome = Outcome::wrong;
  finding.note = "claims " + std::string(name(subject.capabilities.memory));
  return finding;
}

/// L of at least two slices, which have 1 to 4 rows in a small model, or 64 in the smallest model.
GradientSpec repaired(const GradientSpec& drawn) {
  GradientSpec spec = drawn;
  const bool is_long = spec.slice_length > 2 * longest_short_slice;
  spec.slice_length = is_long ? long_slice : std::min(spec.slice_length, longest_short_slice);
  const Index slices = is_long ? 2 : 3 - spec.length % 2;
  spec.length = times_as_long * slices * spec.slice_length;
  spec.batch = is_long ? 1 : std::min<Index>(spec.batch, 2);
  spec.model.layers = is_long ? 1 : std::min<Index>(spec.model.layers, 2);
  spec.model.ffn_dim = is_long ? 1 : std::min<Index>(spec.model.ffn_dim, 4);
  const Index widest = is_long ? 4 : 8;
  if (spec.model.hidden_dim > widest) {
    spec.model.hidden_dim = widest;
    spec.model.heads = 1;
  }
  return spec;
}

std::string misfit(const GradientCase& c) {
  return c.sequences.length() % (times_as_long * c.slice_length) == 0
             ? ""
             : "the length of a case of bytes-as-claimed must be four times a number of whole "
               "slices";
}

}  // namespace

/// The memory of a gradient grows with L and C as the subject claims.
///
/// Statement: let b(L, C) be the peak number of bytes that the subject has in the ledger during a
/// call, for all purposes, without its inputs. A claim of O(C) requires b(2L, C) ≤ b(L, C) and
/// b(4L, C) ≤ b(L, C). O(C + log N) requires b(4L, C) − b(2L, C) ≤ b(2L, C) − b(L, C). O(C + N)
/// requires that it is at most twice that, and that b(4L, 2C) − b(2L, 2C) ≤ b(2L, C) − b(L, C).
/// For all, with N fixed, b(3L, 3C) − 2 b(2L, 2C) + b(L, C) ≤ 0; this is checked from C = 64 on,
/// since in shorter slices blocks are not full and arrays are rounded up to whole cache lines.
/// Units: bytes. Source: SLiM Performer, section 3: memory of O(C) for any L. Generator:
/// gradient_specs, with slices of 1 to 4 rows or of 64, at least two of them in L. Tolerance: 0,
/// bytes are counted. Kills: workspace that grows with L, or with C².
Law bytes_as_claimed() {
  return gradient_law(
      {.name = bytes_as_claimed_name,
       .statement = "memory is O(C), O(C + log N) or O(C + N), as claimed: bytes at 2L and 4L are "
                    "no more than at L, or grow at most as claimed; at most affine in C",
       .source = "SLiM Performer, section 3: memory of O(C) for any L",
       .generator = "as gradient-agrees, C from 1 to 4 or 64; L of 2 or 3 slices, 2L and 4L",
       .tolerance = "0: bytes in the ledger are counted",
       .kills = {"mutant/workspace-grows", "mutant/slices-counted",
                 "mutant/scores-of-a-slice-kept"},
       .one_in_digits50 = 41,
       .draw = {},
       .load = {}},
      {.check = takes_as_much_as_claimed,
       .repair = repaired,
       .fits = misfit,
       .needs_room_at_kinks = false});
}

}  // namespace slim::properties::laws
