// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/distributed_mutants.hpp"

#include "chunked/composition.hpp"
#include "chunked/distributed/attention.hpp"
#include "chunked/distributed/gradient.hpp"
#include "chunked/distributed/team.hpp"
#include "properties/mutants/whole_models.hpp"

#include <algorithm>

namespace slim::properties::mutants {
namespace {

using chunked::LayerSums;
using chunked::distributed::Communicator;
using chunked::distributed::Direction;
using chunked::distributed::Exchange;
using chunked::distributed::Part;
using chunked::distributed::Scan;
using chunked::distributed::ThreadTeam;

enum class RankFault {
  sums_not_exchanged,
  own_sums_included,
  start_on_first_rank_only,
  cotangents_not_exchanged,
  gradient_not_added_up,
  position_restarted,
  ragged_rows_dropped,
};

constexpr Index ranks_of_mutants = 3;

template <class T>
class FaultyExchange final : public Exchange<T> {
 public:
  FaultyExchange(Communicator& ranks, RankFault fault)
      : Exchange<T>(ranks, Scan::chain), fault_(fault) {}

  [[nodiscard]] Part part(Index L) const override {
    const Part right = Exchange<T>::part(L);
    const Index whole = L / ranks_of_mutants;
    if (fault_ != RankFault::ragged_rows_dropped || whole == 0) return right;
    return {.first = this->ranks().rank() * whole, .rows = whole};
  }
  [[nodiscard]] Index position(Index first, const Part& part) const override {
    if (fault_ == RankFault::position_restarted) return first;
    return Exchange<T>::position(first, part);
  }
  void add_before(LayerSums<const T> own, LayerSums<T> start) override {
    if (fault_ == RankFault::sums_not_exchanged) {
      if (!this->is_first()) start.setConstant(T(0));
      return;
    }
    if (fault_ == RankFault::start_on_first_rank_only) {
      const auto of_task = start.eval();
      start.setConstant(T(0));
      Exchange<T>::add_before(own, start);
      if (this->is_first()) start = of_task;
      return;
    }
    Exchange<T>::add_before(own, start);
    if (fault_ == RankFault::own_sums_included) start += own;
  }
  void add_after(LayerSums<const T> own, LayerSums<T> end) override {
    if (fault_ != RankFault::cotangents_not_exchanged) {
      Exchange<T>::add_after(own, end);
    } else if (!this->is_last()) {
      end.setConstant(T(0));
    }
  }
  void add_up_all(Direction direction, std::span<T> sums) override {
    const bool lost = direction == Direction::forward
                          ? fault_ == RankFault::sums_not_exchanged
                          : fault_ == RankFault::cotangents_not_exchanged;
    if (!lost) Exchange<T>::add_up_all(direction, sums);
  }
  void add_up_gradient(std::span<T> gradient) override {
    if (fault_ != RankFault::gradient_not_added_up) Exchange<T>::add_up_gradient(gradient);
  }

 private:
  RankFault fault_;
};

/// Runs `work(exchange, result)` on every rank; the result of rank 0 is the caller's.
template <class T, class Result, class Work>
void on_ranks(RankFault fault, Result& result, const Work& work) {
  ThreadTeam team(ranks_of_mutants);
  team.run(
      [&](Communicator& ranks) {
        Result other;
        FaultyExchange<T> exchange(ranks, fault);
        work(exchange, ranks.rank() == 0 ? result : other);
      },
      {});
}

template <class T>
GradientFunction<T> gradient_with(RankFault fault) {
  return [fault](const GradientTask<T>& task, GradientResult<T>& result) {
    require_valid(task);
    GradientTask<T> undivided = task;  // each part is one slice
    undivided.slice_length = task.sequences.length();
    on_ranks<T>(fault, result, [&](FaultyExchange<T>& exchange, GradientResult<T>& of_rank) {
      chunked::distributed::gradient(undivided, of_rank, exchange,
                                     *chunked::make_boundary<T>("stored"),
                                     *chunked::make_prefix_sum<T>("iterative"));
    });
  };
}

template <class T>
AttentionFunction<T> attention_with(RankFault fault) {
  return [fault](const AttentionTask<T>& task, AttentionResult<T>& result) {
    require_valid(task);
    on_ranks<T>(fault, result, [&](FaultyExchange<T>& exchange, AttentionResult<T>& of_rank) {
      chunked::distributed::attention(task, of_rank, exchange,
                                      *chunked::make_prefix_sum<T>("iterative"));
    });
  };
}

/// Of whole models and, unless the fault has no effect there, of attention.
Mutant distributed_mutant(RankFault fault, const char* name, const char* description,
                          const char* seen) {
  GradientFunctions gradient;
  gradient.in<float>() = gradient_with<float>(fault);
  gradient.in<double>() = gradient_with<double>(fault);
  gradient.in<Digits50>() = gradient_with<Digits50>(fault);
  Mutant mutant = model_mutant(name, description, seen, std::move(gradient));
  if (fault == RankFault::gradient_not_added_up || fault == RankFault::position_restarted) {
    return mutant;
  }
  mutant.in_gradient_alone = fault == RankFault::cotangents_not_exchanged;
  mutant.attention.in<float>() = attention_with<float>(fault);
  mutant.attention.in<double>() = attention_with<double>(fault);
  mutant.attention.in<Digits50>() = attention_with<Digits50>(fault);
  return mutant;
}

}  // namespace

std::vector<Mutant> distributed_mutants() {
  return {
      distributed_mutant(RankFault::sums_not_exchanged, "sums-not-exchanged-by-ranks",
                         "of three ranks, each with a third of the rows, each attends to its own "
                         "rows only",
                         "sequence parallelism without the exchange of states"),
      distributed_mutant(RankFault::own_sums_included, "own-sums-included-by-ranks",
                         "each of three ranks starts from the sums after its third of the rows in "
                         "place of those before it",
                         "an inclusive scan (MPI_Scan) in place of an exclusive one (MPI_Exscan)"),
      distributed_mutant(RankFault::start_on_first_rank_only, "start-on-first-rank-only",
                         "of three ranks, each with a third of the rows, only the first one uses "
                         "the start state",
                         "exclusive scans, which begin at 0"),
      distributed_mutant(RankFault::cotangents_not_exchanged, "cotangents-not-exchanged-by-ranks",
                         "of three ranks, each with a third of the rows, none gets the cotangents "
                         "of later ranks, so that output and loss are right",
                         "collective operations without a pullback"),
      distributed_mutant(RankFault::gradient_not_added_up, "gradient-of-first-rank-only",
                         "the gradient is that of the first third of the rows, while the loss is "
                         "right",
                         "a missing all-reduce of the gradient"),
      distributed_mutant(RankFault::position_restarted, "position-restarted-on-every-rank",
                         "the positions of every third of the rows start where those of the first "
                         "third start",
                         "positions counted within the part of a rank"),
      distributed_mutant(RankFault::ragged_rows_dropped, "ragged-rows-of-ranks-dropped",
                         "the last rows are dropped if the length is no multiple of three ranks",
                         "parts of length L/P, rounded down"),
  };
}

}  // namespace slim::properties::mutants
