// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/attention_inputs.hpp"

namespace slim::properties {

/// The roundings of a feature g(x) on the way from an input. A factor on x has two roundings, and a
/// square twice as many as its x; 1/√M has three, a stabiliser and each ε in the features one, and
/// ELU(x) + 1 as written two more than e^x. A product with ω, a norm, a length and a sum of
/// features have one for each term and a few more.
double roundings_of_a_feature(const AttentionInputs<double>& inputs);

/// Whether the slope of the side's unprojected map jumps at x = 0.
bool is_kinked(const AttentionInputs<double>& inputs, bool is_query);

/// Whether the map's argument c x may be flushed to 0, where the slope is different.
bool slope_hangs_on_a_flush(const AttentionInputs<double>& inputs, bool is_query, double x,
                            double least);

/// An upper bound of |x|² and |x| |ω_m| on either side, without the scale of scores, which is at
/// most 1. 0 for maps without an exponent that grows with x.
double largest_exponent(const AttentionInputs<double>& inputs);

/// An upper bound of the gauge of a feature's exponent: |ω| |x| + |x|²/2, and as much again for a
/// stabiliser. 0 for maps without exponentials.
double largest_gauge_of_an_exponent(const AttentionInputs<double>& inputs);

/// Whether 50 digits would take more than a few milliseconds, and gauges are in the range of
/// double.
bool takes_long_in_digits50(const AttentionInputs<double>& inputs);

}  // namespace slim::properties
