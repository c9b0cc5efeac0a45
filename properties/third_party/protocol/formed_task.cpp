// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/formed_task.hpp"

#include "properties/third_party/protocol/exchange.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace slim::properties::foreign {
namespace {

using Form = DeclaredForm;
using Rows = std::vector<std::vector<Index>>;
using MaskView = std::span<const std::uint8_t>;

bool keeps(MaskView mask, const HeadsSizes& sizes, Index b, Index l) {
  return mask.empty() || mask[static_cast<std::size_t>(b * sizes.rows + l)] != 0;
}

/// The rows of each sequence that the mask keeps.
Rows rows_kept(MaskView mask, const HeadsSizes& sizes) {
  Rows rows(static_cast<std::size_t>(sizes.batch));
  for (Index b = 0; b < sizes.batch; ++b) {
    for (Index l = 0; l < sizes.rows; ++l) {
      if (keeps(mask, sizes, b, l)) rows[static_cast<std::size_t>(b)].push_back(l);
    }
  }
  return rows;
}

/// The rows that the mask keeps in some sequence, for each sequence; empty if these are all.
Rows rows_kept_somewhere(MaskView mask, const HeadsSizes& sizes) {
  std::vector<Index> kept;
  for (Index l = 0; l < sizes.rows; ++l) {
    bool is_kept = false;
    for (Index b = 0; b < sizes.batch; ++b) is_kept = is_kept || keeps(mask, sizes, b, l);
    if (is_kept) kept.push_back(l);
  }
  if (static_cast<Index>(kept.size()) == sizes.rows) return {};
  if (kept.empty()) throw BeyondRestrictions("a sequence without rows");
  return Rows(static_cast<std::size_t>(sizes.batch), kept);
}

std::vector<std::int64_t> starts_of(const Rows& rows) {
  std::vector<std::int64_t> starts = {0};
  for (const std::vector<Index>& of : rows) {
    starts.push_back(starts.back() + static_cast<std::int64_t>(of.size()));
  }
  return starts;
}

void put_packed(const Form& form, const TaskShape& task, FormedTask& formed) {
  formed.queries.packed = formed.keys.packed = true;
  formed.queries.rows = rows_kept(task.query_mask, task.sizes);
  formed.keys.rows = rows_kept(task.key_mask, task.sizes);
  formed.query_starts = starts_of(formed.queries.rows);
  formed.key_starts = starts_of(formed.keys.rows);
  if (formed.query_starts.back() == 0 || formed.key_starts.back() == 0) {
    throw BeyondRestrictions("packed sequences without any row");
  }
  if (formed.query_starts != formed.key_starts && (!form.cross || task.causal)) {
    throw BeyondRestrictions("other numbers of queries than keys");
  }
  if (!form.cross) formed.key_starts.clear();
}

/// Whether keys that are masked in all sequences are left out, or are in the mask; decided by their
/// number if both are possible.
bool leaves_keys_out(const Form& form, const TaskShape& task) {
  if (!form.cross || task.causal) return false;
  const auto masked = static_cast<std::size_t>(std::ranges::count(task.key_mask, 0));
  return !form.key_masks || (masked % 2 == 1 && masked < task.key_mask.size());
}

void put_mask(const Form& form, const TaskShape& task, FormedTask& formed) {
  if (task.key_mask.empty()) return;
  const Rows& rows = formed.keys.rows;
  for (Index b = 0; b < task.sizes.batch; ++b) {
    for (Index l = 0; l < task.sizes.rows; ++l) {
      const bool is_here = rows.empty() || std::ranges::find(rows.front(), l) != rows.front().end();
      if (is_here) formed.key_mask.push_back(keeps(task.key_mask, task.sizes, b, l) ? 1 : 0);
    }
  }
  if (!form.key_masks) {
    if (std::ranges::find(formed.key_mask, 0) != formed.key_mask.end()) {
      throw BeyondRestrictions("key masks");
    }
    formed.key_mask.clear();
  }
  if (form.padding == Form::Padding::any) return;
  const auto length = static_cast<std::ptrdiff_t>(formed.key_mask.size()) / task.sizes.batch;
  for (auto first = formed.key_mask.begin(); first != formed.key_mask.end(); first += length) {
    const bool fits = form.padding == Form::Padding::left
                          ? std::is_sorted(first, first + length)
                          : std::is_sorted(first, first + length, std::greater<>());
    if (!fits) throw BeyondRestrictions("other masks than padding on one side");
  }
}

void put_groups(const Form& form, const TaskShape& task, FormedTask& formed) {
  const HeadGroups& groups = task.groups;
  const bool all_share = form.key_heads == Form::KeyHeads::one;
  if (all_share && groups.keys != task.sizes.heads) {
    throw BeyondRestrictions("keys of its own for each head");
  }
  if (!form.shares_heads() || (groups.queries > 1) != form.more_values) return;
  formed.queries.group = groups.queries;
  formed.keys.group = groups.keys;
  formed.values.group = groups.values;
  formed.states.group = groups.states();
  formed.projection.group = groups.largest();
}

}  // namespace

HeadsSizes Part::sizes_of(const HeadsSizes& all) const {
  HeadsSizes sizes = all;
  sizes.heads /= group;
  if (rows.empty()) return sizes;
  sizes.rows = static_cast<Index>(rows.front().size());
  if (!packed) return sizes;
  sizes.batch = 1;
  sizes.rows = 0;
  for (const std::vector<Index>& of : rows) sizes.rows += static_cast<Index>(of.size());
  return sizes;
}

HeadsStrides Part::strides_like(const HeadsStrides& whole, const HeadsSizes& all) const {
  const HeadsSizes own = sizes_of(all);
  if (whole == contiguous(all)) return contiguous(own);
  std::array<Index, 4> before = steps_of(whole);
  const bool repeats_one_of_two = (before[0] == 0) != (before[2] == 0);
  if (packed && all.batch > 1 && repeats_one_of_two) return contiguous(own);
  std::array<std::size_t, 4> axes = {3, 2, 1, 0};  // the innermost first
  std::ranges::stable_sort(axes, {}, [&](std::size_t axis) { return before.at(axis); });
  std::array<Index, 4> strides{};
  Index tight_before = 1;
  Index tight = 1;
  for (const std::size_t axis : axes) {
    if (before.at(axis) == 0) continue;
    const Index gap = std::max<Index>(0, before.at(axis) - tight_before);
    strides.at(axis) = tight + gap;
    tight_before = before.at(axis) * extents_of(all).at(axis);
    tight = strides.at(axis) * extents_of(own).at(axis);
  }
  return {.batch = strides[0], .heads = strides[1], .rows = strides[2], .cols = strides[3]};
}

FormedTask formed(const DeclaredForm& form, const TaskShape& task) {
  FormedTask formed;
  if (form.packed) {
    put_packed(form, task, formed);
  } else {
    if (form.cross && !task.causal) {
      formed.queries.rows = rows_kept_somewhere(task.query_mask, task.sizes);
    }
    if (leaves_keys_out(form, task)) {
      formed.keys.rows = rows_kept_somewhere(task.key_mask, task.sizes);
    }
    put_mask(form, task, formed);
  }
  formed.values = formed.keys;
  formed.output = formed.queries;
  put_groups(form, task, formed);
  return formed;
}

}  // namespace slim::properties::foreign
