// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/boundary.hpp"
#include "chunked/distributed/part.hpp"
#include "chunked/distributed/scans.hpp"
#include "chunked/rows/scalar_functions.hpp"

#include <utility>

namespace slim::chunked::distributed {

/// Everything that crosses ranks while they compute one task, and the part of each.
template <class T>
class Exchange {
 public:
  Exchange(Communicator& ranks, Scan scan) : ranks_(ranks), scan_(scan) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  virtual ~Exchange() = default;

  [[nodiscard]] Communicator& ranks() const { return ranks_; }
  [[nodiscard]] bool is_first() const { return ranks_.rank() == 0; }
  [[nodiscard]] bool is_last() const { return ranks_.rank() + 1 == ranks_.size(); }

  /// The rows of a rank in sequences of L rows.
  [[nodiscard]] virtual Part part(Index L, Index rank) const {
    return part_of(L, ranks_.size(), rank);
  }
  /// Those of this rank.
  [[nodiscard]] Part part(Index L) const { return part(L, ranks_.rank()); }
  /// The position of the first row of a part, if the task's first row has position `first`.
  [[nodiscard]] virtual Index position(Index first, const Part& part) const {
    return first + part.first;
  }
  /// One layer: adds the sums of the parts before this one to `start`, the task's start.
  virtual void add_before(LayerSums<const T> own, LayerSums<T> start) {
    exclusive_scan<T>(ranks_, scan_, Direction::forward, span(own), span(start));
  }
  /// The same for the cotangents of sums, of the parts after this one.
  virtual void add_after(LayerSums<const T> own, LayerSums<T> end) {
    exclusive_scan<T>(ranks_, scan_, Direction::backward, span(own), span(end));
  }
  /// The sums of all parts, or with direction backward their cotangents: replaces those of this
  /// part by them.
  virtual void add_up_all(Direction /*direction*/, std::span<T> sums) {
    all_reduce<T>(ranks_, scan_, sums);
  }
  /// Replaces a gradient or the sum of losses of this part by that of all.
  virtual void add_up_gradient(std::span<T> gradient) { all_reduce<T>(ranks_, scan_, gradient); }
  void add_up_loss(Wide<T>& loss) { all_reduce<Wide<T>>(ranks_, scan_, {&loss, 1}); }

  /// Of a whole state, from the rank before this one to the one after it, or the other way round.
  void receive(Direction direction, std::span<T> state) {
    const bool forward = direction == Direction::forward;
    ranks_.receive<T>(ranks_.rank() - (forward ? 1 : -1),
                      forward ? Traffic::forward : Traffic::backward, state);
  }
  void send(Direction direction, std::span<const T> state) {
    const bool forward = direction == Direction::forward;
    ranks_.send<T>(ranks_.rank() + (forward ? 1 : -1),
                   forward ? Traffic::forward : Traffic::backward, state);
  }

 private:
  static std::span<T> span(LayerSums<T>& sums) {
    return {sums.data(), static_cast<std::size_t>(sums.size())};
  }
  static std::span<const T> span(const LayerSums<const T>& sums) {
    return {sums.data(), static_cast<std::size_t>(sums.size())};
  }

  Communicator& ranks_;
  Scan scan_;
};

/// A boundary of parts that are one slice each: the start of a part comes from a scan over the
/// ranks, and so does the cotangent of the sums after it.
/// Least memory: one state, and one layer of another.
template <class T>
class Scanned final : public Boundary<T> {
 public:
  explicit Scanned(Exchange<T>& exchange) : exchange_(exchange) {}

  [[nodiscard]] std::int64_t least_bytes(const StateSizes& sizes, Index /*slices*/) const override {
    return state_bytes<T>(sizes) + sizes.layer_entries() * static_cast<std::int64_t>(sizeof(T));
  }
  /// The cotangent of the sums after the last part, until the next call. It must outlive the
  /// sweeps.
  void set_end(Start<T> end) { end_ = end; }
  void begin(const StateSizes& sizes, Index /*slices*/, Start<T> start) override {
    if (before_.empty()) {
      before_ = State<T>(sizes, 1);
      StateSizes layer = sizes;
      layer.layers = 1;
      after_ = State<T>(layer, 1);
    }
    heads_ = sizes.heads;
    start_ = start;
  }
  LayerSums<const T> start(Index /*n*/, Index r) const override {
    return layer_sums(before_, 0, r, heads_);
  }
  void advance(Index /*n*/, Index /*r*/, LayerSums<const T> /*sum*/) override {}
  bool needs_slice_sum(Index /*n*/) const override { return true; }
  void restore(Index /*n*/, Index r, LayerSums<const T> sum) override {
    LayerSums<T> before = layer_sums(before_, 0, r, heads_);
    start_.write(before, r, heads_);
    exchange_.add_before(sum, before);
  }
  [[nodiscard]] bool learns_later() const override { return true; }
  LayerSums<const T> later(Index /*n*/, Index r, LayerSums<T> own) override {
    LayerSums<T> after = layer_sums(after_, 0, 0, heads_);
    end_.write(after, r, heads_);
    exchange_.add_after({own.data(), own.size()}, after);
    own += after;
    return layer_sums(std::as_const(after_), 0, 0, heads_);
  }

 private:
  Exchange<T>& exchange_;
  Index heads_ = 0;
  Start<T> start_;
  Start<T> end_;
  State<T> before_;
  State<T> after_;
};

}  // namespace slim::chunked::distributed
