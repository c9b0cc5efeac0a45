#pragma once

#include "experiments/claims/verdict.hpp"
#include "experiments/records/record.hpp"

#include <span>

namespace slim::experiments {

// Judges are pure: records in, verdict out. One refuting record refutes, whatever is missing;
// without enough records the verdict is INCONCLUSIVE, and says what is missing.

/// Every gradient error against 50 digits, for the claim's feature maps and every C, is at most the
/// claim's bound; of float32 gradients those of long sequences, too, which are held against
/// float64. Needs C = 1, a C that leaves several slices, and the full pass for each map.
Verdict judge_exact(const Claim& claim, std::span<const Record> records);

/// At fixed C, state, slice and result bytes do not grow by one from the claim's shortest length to
/// its longest, and token bytes are affine in L; at C = L slice bytes are affine and grow; at fixed
/// L, with several slices, slice bytes are affine in C and grow, the rest of them not at all. All
/// with a residual of exactly 0 at sizes held out of the fit. Where C is no multiple of the claim's
/// rows, slice bytes are not below their line at C, and not above it at the next multiple.
Verdict judge_memory(const Claim& claim, std::span<const Record> records);

/// Counted multiplications, additions, divisions and elementary functions are affine in L, at fixed
/// C and at C = L, with a residual of exactly 0 at sizes held out of the fit. The exponent of the
/// time is told beside, and decides nothing.
Verdict judge_serial(const Claim& claim, std::span<const Record> records);

/// Exact counts of multiplications, of the critical path or of bytes of the claim's subject over
/// (L, C) follow the claim's law with a residual of exactly 0 at counts held out of the fit, and
/// its leading constant is positive. A law of slices-depth is that of C a power of 2; a path at
/// another C is between those at the powers of 2 beside it.
Verdict judge_law(const Claim& claim, std::span<const Record> records);

/// Every training that went over to slices is within the claim's bound of the one that did not.
Verdict judge_bound(const Claim& claim, std::span<const Record> records);

/// Multiply-adds of the plain first sweep over those of the full pass are at most the claim's
/// bound, and the lazy one's are fewer. Needs both sweeps, of three numbers of slices each.
Verdict judge_overhead(const Claim& claim, std::span<const Record> records);

/// In a process of each cap, slices reach at least `bound` times the length that the full pass of
/// the same subject does. Inconclusive where a cap has not both, where the full pass completes at
/// no length, or where no longer sequence was tried in slices.
Verdict judge_device(const Claim& claim, std::span<const Record> records);

/// In a process of at most the claim's cap, slices complete the gradient of a sequence of at least
/// `bound` tokens; inconclusive when so long a one was not tried. The interval has no end where the
/// longest that was tried completes.
Verdict judge_reach(const Claim& claim, std::span<const Record> records);

/// There is a length from which on the full pass of the claim's subject costs less than softmax
/// attention, in bytes or in seconds by the median: the crossing, between the two lengths that
/// enclose it. That of slices of `row_multiple` is told beside, where a sequence of no more rows is
/// one slice. Needs three lengths of both, one of which costs softmax attention less; inconclusive
/// when a cost is 0 or not finite.
Verdict judge_crossing(const Claim& claim, std::span<const Record> records);

/// The error of FAVOR+ against softmax attention, of the projections that `count` names, falls as
/// M^(−1/2): the interval of the fitted exponent lies within `bound` of −1/2; refuted when it lies
/// outside. Needs four M with five seeds each.
Verdict judge_feature_slope(const Claim& claim, std::span<const Record> records);

/// The error with the projections that `count` names over that with independent ones, seed by seed:
/// the interval of its median lies below 1; refuted when it lies above.
Verdict judge_feature_gain(const Claim& claim, std::span<const Record> records);

/// Every count that work_models has of every prefix sum with the claim's boundaries follows the
/// claim's law with a residual of exactly 0 at (L, C) held out. Needs all of them.
Verdict judge_work(const Claim& claim, std::span<const Record> records);

/// What a fresh process of the claim's subject grows by in a gradient is what was counted, within
/// `bound` of it, or within 256 KiB where that is more, scratch that is counted and never touched
/// apart; and at fixed C the difference does not grow over L by as much: else memory escapes the
/// counter. Needs six processes, three L at one C.
Verdict judge_process(const Claim& claim, std::span<const Record> records);

/// Seconds over L at fixed C grow like L among 1, log L, √L, L, L log L, L²; refuted when they grow
/// like another, inconclusive when none can be told.
Verdict judge_time(const Claim& claim, std::span<const Record> records);

/// Trainings in slices, from the start and from half of a full pass on, stay as near to the full
/// pass as full passes in other orders of summation, the controls, do: in their losses at every
/// step and in the metric after the last.
///
/// Were rounding all that slices change, sliced runs and controls of the same task and start would
/// be exchangeable: a sliced run, held against the band of the controls of all seeds, would come to
/// what a control does that is held against the band of the rest, or a little less, since that band
/// is of one run fewer. With k sliced runs and m controls the largest share is a sliced run's in
/// about k/(k + m) of all experiments, so that it may not be held against the largest control's
/// itself, but against a multiple of it. Shares have a tail, since what differs grows as a training
/// goes on: in two builds at scale ci the largest of k = 8 came to 0.9 and 1.8 times the largest of
/// m = 12. The statistic is the largest sliced share over the largest control's, where a control's
/// below 1/bound counts as that: nothing within the band itself is held against slices. At most
/// `bound`, 3: supported; beyond twice that: refuted; between, where nothing was learned, or where
/// a control is more than four times as far out as the rest: inconclusive. Needs both tasks, of
/// each two seeds, sliced and switched runs and two other orders.
Verdict judge_training(const Claim& claim, std::span<const Record> records);

/// In a process of little memory the full pass finds none, the same training in slices goes to its
/// end, and there to the same bits as without a cap; the metric there is that of the full pass
/// without a cap, within `bound` times what other orders of summation from half on make of it, all
/// seeds; refuted beyond twice that. Needs one task with all these runs.
Verdict judge_fine_tuning(const Claim& claim, std::span<const Record> records);

/// By the judge that the claim names. Throws ContractError for a name that is none.
Verdict judge(const Claim& claim, std::span<const Record> records);

/// NOT-JUDGED, since an experiment that the claim needs was left out on request.
Verdict left_out(const Claim& claim, const std::string& experiment);

}  // namespace slim::experiments
