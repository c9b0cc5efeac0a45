// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/attention_spec.hpp"

namespace slim::properties {

/// The sizes of attention and features to which a subject is restricted.
struct Restrictions {
  Index heads = 0;                  ///< H is this; 0: any
  Index key_heads = 0;              ///< heads share keys in this number of groups; 0: any
  Index width = 0;                  ///< D is this; 0: any
  Index least_width = 1;            ///< D is at least this
  Index width_multiple = 1;         ///< D is a multiple of this
  Index features = 0;               ///< M is this; 0: any
  Index feature_multiple = 1;       ///< M is a multiple of this
  bool features_as_keys = false;    ///< M = D
  Index length_multiple = 1;        ///< L is a multiple of this
  Index value_width = 0;            ///< D_v is this; 0: any
  bool values_as_keys = false;      ///< D_v = D
  bool values_as_features = false;  ///< D_v = M
  bool shared_projection = false;   ///< all heads have the same projection

  auto operator<=>(const Restrictions&) const = default;
  [[nodiscard]] bool any() const { return *this != Restrictions(); }
};
/// "H = 4, L a multiple of 64, D_v = D"; "" if there are none.
std::string to_words(const Restrictions& limits);

/// Whether the map, or given features, may have M features where the width is D, if M is
/// restricted.
bool has_features(const Restrictions& limits, const FeatureMap& map, bool features_given, Index D);
/// Whether D alone is allowed.
bool is_width(const Restrictions& limits, Index D);

/// The smallest width that is allowed, at least D and a multiple of `multiple`, or the only one.
Index nearest_width(const Restrictions& limits, Index D, Index multiple = 1);

/// The spec with the nearest sizes that are allowed: larger ones, except that heads and width are
/// set, and lengths up to 3 become as many blocks. Idempotent. Cuts are multiples of
/// `length_multiple` if there are at least two of them.
AttentionSpec within(const Restrictions& limits, AttentionSpec spec);

/// The sizes of a task that are restricted.
struct RestrictedSizes {
  Index heads, length, width, features, value_width;
};
/// The violated restriction in words, such as "L = 5 is no multiple of 64"; "" if there is none.
std::string beyond(const Restrictions& limits, const RestrictedSizes& sizes);

}  // namespace slim::properties
