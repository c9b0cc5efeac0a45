// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/tolerance/attention_answer.hpp"
#include "properties/tolerance/fences.hpp"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <vector>

namespace slim::properties {

/// Whether two numbers are equal, or both NaN.
template <class T>
bool is_unchanged(const T& a, const T& b) {
  return a == b || (a != a && b != b);  // NOLINT(misc-redundant-expression): NaN
}

/// Whether all entries are the same along an axis, so that its stride can be 0.
struct Repeats {
  bool batch = true;
  bool heads = true;
  bool rows = true;
  bool cols = true;
};

template <class From>
Repeats repeats_of(const Heads<From>& heads) {
  const HeadsSizes& n = heads.sizes();
  Repeats repeats;
  for (Index b = 0; b < n.batch; ++b) {
    for (Index h = 0; h < n.heads; ++h) {
      for (Index l = 0; l < n.rows; ++l) {
        for (Index i = 0; i < n.cols; ++i) {
          const From& x = heads(b, h)(l, i);
          repeats.batch = repeats.batch && x == heads(0, h)(l, i);
          repeats.heads = repeats.heads && x == heads(b, 0)(l, i);
          repeats.rows = repeats.rows && x == heads(b, h)(0, i);
          repeats.cols = repeats.cols && x == heads(b, h)(l, 0);
        }
      }
    }
  }
  return repeats;
}

/// The offset of entry (0, 0, 0, 0), and the strides.
struct Place {
  Index first = 0;
  HeadsStrides strides{};
};

template <class From>
Place place_of(const Heads<From>& heads, Layout layout) {
  const HeadsSizes& n = heads.sizes();
  switch (layout) {
    case Layout::contiguous:
      break;
    case Layout::gaps: {
      const Index row = n.cols + 3;
      const Index head = n.rows * row + 1;
      return {2, {.batch = n.heads * head + 5, .heads = head, .rows = row, .cols = 1}};
    }
    case Layout::transposed:
      return {0,
              {.batch = n.heads * n.rows * n.cols,
               .heads = n.rows * n.cols,
               .rows = 1,
               .cols = n.rows}};
    case Layout::interleaved:
      return {0,
              {.batch = n.heads * n.rows * n.cols,
               .heads = n.cols,
               .rows = n.heads * n.cols,
               .cols = 1}};
    case Layout::repeated: {
      const Repeats repeats = repeats_of(heads);
      HeadsStrides strides = contiguous(n);
      if (repeats.batch) strides.batch = 0;
      if (repeats.heads) strides.heads = 0;
      if (repeats.rows) strides.rows = 0;
      if (repeats.cols) strides.cols = 0;
      return {0, strides};
    }
  }
  return {0, contiguous(n)};
}

/// An array of a task in its memory layout, with a copy to compare with afterwards.
template <class T>
class InputArray {
 public:
  template <class From>
  InputArray(const Heads<From>& heads, Layout layout) {
    if (heads.empty()) return;
    sizes_ = heads.sizes();
    place_ = place_of(heads, layout);
    put(heads);
  }
  /// Other numbers at the same addresses; only for layouts that do not depend on the numbers.
  template <class From>
  void put(const Heads<From>& heads) {
    const auto& [batch, head, row, col] = place_.strides;
    const Index last = place_.first + (sizes_.batch - 1) * batch + (sizes_.heads - 1) * head +
                       (sizes_.rows - 1) * row + (sizes_.cols - 1) * col;
    if (memory_.size() != last + 1) memory_ = Buffer<T>(MemoryTag::parameters, last + 1);
    std::ranges::fill(memory_.span(), T(std::numeric_limits<float>::quiet_NaN()));
    for (Index b = 0; b < sizes_.batch; ++b) {
      for (Index h = 0; h < sizes_.heads; ++h) {
        for (Index l = 0; l < sizes_.rows; ++l) {
          for (Index i = 0; i < sizes_.cols; ++i) {
            const Index at = place_.first + b * batch + h * head + l * row + i * col;
            memory_[at] = rounded_to<T>(heads(b, h)(l, i));
          }
        }
      }
    }
    as_given_.assign(memory_.begin(), memory_.end());
  }
  [[nodiscard]] HeadsView<T> view() const {
    if (memory_.empty()) return {};
    return {.data = memory_.data() + place_.first, .sizes = sizes_, .strides = place_.strides};
  }
  void require_unchanged(const char* array) const {
    if (!std::ranges::equal(memory_.span(), as_given_, is_unchanged<T>)) {
      throw SubjectError(std::string("wrote into its input ") + array, Failure::input_modified);
    }
  }
  [[nodiscard]] NamedBlock block(const char* array) const {
    return {std::string("input ") + array, memory_.data()};
  }

 private:
  HeadsSizes sizes_{};
  Place place_{};
  Buffer<T> memory_;
  std::vector<T> as_given_;
};

}  // namespace slim::properties
