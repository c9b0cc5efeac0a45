// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/claims/verdict.hpp"
#include "experiments/records/record.hpp"

#include <span>

namespace slim::experiments {

// Judges are pure functions from records to a verdict. A single refuting record refutes a claim
// even when other records are missing; without enough records the verdict is INCONCLUSIVE, and the
// evidence says what is missing.

/// Every gradient error relative to 50 digits, of each tensor relative to its own largest entry,
/// for each feature map of the claim and every C, is at most the claim's bound. For float32 this
/// includes the errors of long sequences, which are relative to float64. Needs C = 1, a C with
/// several slices, and the full pass for each feature map.
Verdict judge_exact(const Claim& claim, std::span<const Record> records);

/// At fixed C, state, slice and result bytes are constant from the claim's shortest to its longest
/// length, and token bytes are affine in L. At C = L slice bytes are affine in L and grow. At fixed
/// L, with several slices, slice bytes are affine in C and grow; state and result bytes are
/// constant. All residuals at sizes held out of the fit are exactly 0. Where C is not a multiple of
/// the claim's `row_multiple`, slice bytes lie between the line's values at C and at the next
/// multiple. Nothing else grows: process_memory finds nothing within 5 %, at fixed C and three L.
Verdict judge_memory(const Claim& claim, std::span<const Record> records);

/// Counted multiplications, additions, divisions and elementary functions are affine in L, at fixed
/// C and at C = L, with a residual of exactly 0 at sizes held out of the fit.
Verdict judge_serial(const Claim& claim, std::span<const Record> records);

/// The claim's count (multiplications, critical path or bytes) of its subject over (L, C) follows
/// the claim's law with a residual of exactly 0 at counts held out of the fit, and the leading
/// constant is positive. The law slices-depth is fitted at powers of 2; the critical path at any
/// other C must lie between the values at the adjacent powers of 2. The law of bytes is that of
/// state, slice and result; in addition process_memory finds nothing within 5 %, which needs three
/// processes.
Verdict judge_law(const Claim& claim, std::span<const Record> records);

/// The parameters of every training that switches to slices differ from those of the full pass by
/// at most the claim's bound.
Verdict judge_bound(const Claim& claim, std::span<const Record> records);

/// Multiply-adds with the plain first sweep, relative to the full pass, are at most the claim's
/// bound, and the lazy first sweep needs fewer. Needs both sweeps with three numbers of slices
/// each.
Verdict judge_overhead(const Claim& claim, std::span<const Record> records);

/// Under each memory cap, slices reach at least `bound` times the length that the full pass of the
/// same subject reaches. Inconclusive when one of both is missing under a cap, when the full pass
/// completes at no length, or when the ratio is too small only because no longer sequence was
/// tried. Refuted when the longest gradient differs from another subject's by more than 1 %,
/// inconclusive when they were not compared.
Verdict judge_device(const Claim& claim, std::span<const Record> records);

/// In a process of at most the claim's cap, slices complete the gradient of a sequence of at least
/// `bound` tokens, and it is right, as for judge_device. Inconclusive when no sequence of this
/// length was tried. The interval is unbounded above when the longest sequence tried completes.
Verdict judge_reach(const Claim& claim, std::span<const Record> records);

/// From some length on the full pass of the claim's subject costs less than softmax attention, in
/// bytes or in median seconds. The value is the crossing, the interval the two lengths that enclose
/// it. The evidence includes the crossing of slices of `row_multiple` rows; a sequence of at most
/// this length is a single slice. Needs three lengths of both, with softmax attention cheaper at
/// one of them. Inconclusive when a cost is 0 or not finite.
Verdict judge_crossing(const Claim& claim, std::span<const Record> records);

/// The error of FAVOR+ relative to softmax attention, with the projections named by `count`,
/// decreases as M^(−1/2): the interval of the fitted exponent lies within `bound` of −1/2. Refuted
/// when it lies entirely outside. Needs four M with five seeds each.
Verdict judge_feature_slope(const Claim& claim, std::span<const Record> records);

/// The error with the projections named by `count`, divided by that with independent ones for the
/// same seed: the interval of the median lies below 1. Refuted when it lies above 1.
Verdict judge_feature_gain(const Claim& claim, std::span<const Record> records);

/// Every count of work_models, for all prefix sums with the claim's boundaries, follows the claim's
/// law with a residual of exactly 0 at (L, C) held out of the fit. Needs all of them.
Verdict judge_work(const Claim& claim, std::span<const Record> records);

/// The counted bytes of a gradient are all that a fresh process takes (process_memory). Needs six
/// processes, with three L at one C.
Verdict judge_process(const Claim& claim, std::span<const Record> records);

/// Seconds at fixed C are proportional to a power of L near 1: the 99 % interval of the exponent
/// overlaps [0.9, 1.1]. Refuted when it lies outside, inconclusive when it is wider than 0.2. Uses
/// lengths from the claim's shortest on. At fixed C the working set does not depend on L, so that
/// no length fits into a cache that another does not; only a few slices are cheaper per row,
/// because the first sweep leaves out the last slice. Needs five lengths with three samples each.
Verdict judge_time(const Claim& claim, std::span<const Record> records);

/// Trainings in slices, from the start or from halfway through a full pass on, stay as close to the
/// full pass as the controls do, which are full passes with other orders of summation. Compared are
/// the losses at every step and the metric after the last step, each as a share of the band of the
/// controls of all seeds; a control's own share is relative to the band of the other controls.
///
/// The statistic is the largest share of a sliced or switched run over the largest share of a
/// control, or over 1/bound if that is larger, so that a run within the band itself is never out of
/// bounds. At most `bound`, 3: supported. Beyond twice that: refuted. In between, or when nothing
/// was learned, or when a control is more than four times as far out as the others: inconclusive.
/// Needs both tasks, each with two seeds, sliced and switched runs and two other orders. Derivation
/// of the bound: training/rounding_band.md.
Verdict judge_training(const Claim& claim, std::span<const Record> records);

/// In a process of limited memory the full pass fails, while the same training in slices completes
/// with the same bits as without a cap. Its metric differs from that of the full pass without a cap
/// by at most `bound` times the difference that other orders of summation from halfway on cause,
/// over all seeds. Refuted beyond twice that. Inconclusive when the cap is above half of what the
/// full pass needs. Needs one task with all these runs.
Verdict judge_fine_tuning(const Claim& claim, std::span<const Record> records);

/// Fine-tuning in slices in a process without a network and of limited memory ends with the same
/// parameters, bit for bit, as in a process with both. Inconclusive where no process can be cut
/// off.
Verdict judge_decentralised(const Claim& claim, std::span<const Record> records);

/// Figure 2, from its own records: for each configuration and prefix sum, the counted bytes are on
/// a line in C, with its own intercept, within `bound` of them (count bytes); the time at every C
/// from the claim's shortest on is at most `bound` times that at the largest C (seconds); every
/// discrepancy to the full pass is at most `bound` (discrepancy). Needs four configurations with
/// two prefix sums, each with three C.
Verdict judge_figure2(const Claim& claim, std::span<const Record> records);

/// Exact counts of gradients on P ranks, by the claim's `count`: a rank sends as many numbers in
/// either direction as one state has (numbers-sent); a scan is ⌊log₂ P⌋ messages deep
/// (messages-deep); the critical path follows
/// the law of the rows of a part and P (critical-path); the
/// bytes of a rank are affine in the rows of a part of one slice or, for `slices` several, in
/// ⌈log₂⌉ of its number of slices (bytes), and do not depend on P. Fits have residual 0 at counts
/// held out. Needs three numbers of ranks.
Verdict judge_distributed(const Claim& claim, std::span<const Record> records);

/// Applies the judge that the claim names. Throws ContractError when there is no such judge.
Verdict judge(const Claim& claim, std::span<const Record> records);

/// NOT-JUDGED, because an experiment that the claim needs was left out on request.
Verdict left_out(const Claim& claim, const std::string& experiment);

}  // namespace slim::experiments
