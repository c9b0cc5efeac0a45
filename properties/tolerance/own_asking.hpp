// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/tolerance/called.hpp"
#include "reference/vocabulary/model/own_map.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Requests for the features of rows, and a cache of the answers.

namespace slim::properties {

/// One call of the features task, for the same map and side.
class OwnAsking {
 public:
  OwnAsking(const Subject& subject, const FeatureMap& map, const OwnQuestion& question)
      : subject_(subject), map_(map), question_(question) {}

  [[nodiscard]] Heads<double> answer(Scalar scalar, const Heads<double>& x) const {
    switch (scalar) {
      case Scalar::float32:
        return answer_in<float>(x);
      case Scalar::float16:
        return answer_in<Float16>(x);
      case Scalar::bfloat16:
        return answer_in<BFloat16>(x);
      default:
        return answer_in<double>(x);
    }
  }
  [[nodiscard]] std::string named(Index row, const HeadsSizes& of) const {
    return fmt::format("row {} of head [{}, {}] of the {}", row % of.rows, row / of.rows / of.heads,
                       row / of.rows % of.heads, question_.is_query ? "queries" : "keys");
  }

 private:
  template <class T>
  [[nodiscard]] Heads<double> answer_in(const Heads<double>& x) const {
    const Heads<T> in_T = converted<T>(x, MemoryTag::parameters);
    const Heads<T> omega = converted<T>(question_.omega, MemoryTag::parameters);
    const FeaturesTask<T> task{
        .x = in_T.view(),
        .feature_map = map_,
        .omega = omega.empty() ? HeadsView<T>() : omega.view(),
        .is_query = question_.is_query,
        .conventions = acting_on(subject_.attention_conventions, map_, false)};
    FeaturesResult<T> result;
    result.out.resize(task.out_sizes(), MemoryTag::result);
    call_subject(subject_.features.in<T>(), task, result);
    if (result.out.sizes() != task.out_sizes()) {
      throw SubjectError("returned features of the wrong size", Failure::wrong_shape);
    }
    return converted<double>(result.out, MemoryTag::result);
  }

  const Subject& subject_;
  const FeatureMap& map_;
  const OwnQuestion& question_;
};

inline std::span<const double> row_of(const Heads<double>& heads, Index row) {
  const Index cols = heads.sizes().cols;
  return heads.values().subspan(static_cast<std::size_t>(row * cols),
                                static_cast<std::size_t>(cols));
}
inline std::span<double> row_of(Heads<double>& heads, Index row) {
  const Index cols = heads.sizes().cols;
  return heads.values().subspan(static_cast<std::size_t>(row * cols),
                                static_cast<std::size_t>(cols));
}
inline Index rows_in(const Heads<double>& heads) {
  return heads.sizes().batch * heads.sizes().heads * heads.sizes().rows;
}

/// x repeated as more sequences.
inline Heads<double> copies_of(const Heads<double>& x, Index copies) {
  HeadsSizes sizes = x.sizes();
  sizes.batch *= copies;
  Heads<double> all(sizes, MemoryTag::parameters);
  for (Index copy = 0; copy < copies; ++copy) {
    std::ranges::copy(x.values(), all.values().begin() + copy * x.sizes().entries());
  }
  return all;
}

/// What is asked of the same rows, and in which scalar.
inline std::vector<double> key_of_question(const OwnQuestion& question, Scalar scalar) {
  const HeadsSizes& sizes = question.x.sizes();
  std::vector<double> key(question.x.values().begin(), question.x.values().end());
  key.insert(key.end(), question.omega.values().begin(), question.omega.values().end());
  for (const Index number : {sizes.batch, sizes.heads, sizes.rows, Index{question.is_query},
                             static_cast<Index>(scalar)}) {
    key.push_back(static_cast<double>(number));
  }
  return key;
}

inline Index entries_of(const Heads<double>& heads) {
  return heads.sizes().entries();
}
inline Index entries_of(const OwnRows& rows) {
  return 2 * (entries_of(rows.values) + entries_of(rows.slopes));
}

/// Recent answers by what was asked, in bounded memory.
template <class Value>
class Kept {
 public:
  template <class Find>
  std::shared_ptr<const Value> get(std::vector<double> key, const Find& find) const {
    {
      const std::lock_guard lock(mutex_);
      const auto known = by_key_.find(key);
      if (known != by_key_.end()) return known->second;
    }
    auto found = std::make_shared<const Value>(find());
    const std::lock_guard lock(mutex_);
    if (entries_ > most_entries) {
      by_key_.clear();
      entries_ = 0;
    }
    entries_ += static_cast<Index>(key.size()) + entries_of(*found);
    by_key_.emplace(std::move(key), found);
    return found;
  }

 private:
  static constexpr Index most_entries = Index{1} << 22;
  mutable std::mutex mutex_;
  mutable Index entries_ = 0;
  mutable std::map<std::vector<double>, std::shared_ptr<const Value>> by_key_;
};

}  // namespace slim::properties
