// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/distributed_mutants.hpp"

#include "chunked/composition.hpp"
#include "chunked/distributed/attention.hpp"
#include "chunked/distributed/gradient.hpp"
#include "chunked/distributed/team.hpp"
#include "properties/mutants/whole_models.hpp"

#include <fmt/format.h>

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

template <class T>
class FaultyExchange final : public Exchange<T> {
 public:
  FaultyExchange(Communicator& ranks, RankFault fault)
      : Exchange<T>(ranks, Scan::chain), fault_(fault) {}

  using Exchange<T>::part;
  [[nodiscard]] Part part(Index L, Index rank) const override {
    const Index whole = L / this->ranks().size();
    if (fault_ != RankFault::ragged_rows_dropped || whole == 0) return Exchange<T>::part(L, rank);
    return {.first = rank * whole, .rows = whole};
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

/// The last of L rows, which belong to no rank.
Index dropped_rows(Index L, Index ranks) {
  return L < ranks ? 0 : L % ranks;
}

/// Runs `work(exchange, result)` on every rank; the result of rank 0 is the caller's.
template <class T, class Result, class Work>
void on_ranks(Index ranks_in_all, RankFault fault, Result& result, const Work& work) {
  ThreadTeam team(ranks_in_all);
  team.run(
      [&](Communicator& ranks) {
        Result other;
        FaultyExchange<T> exchange(ranks, fault);
        work(exchange, ranks.rank() == 0 ? result : other);
      },
      {});
}

template <class T>
GradientFunction<T> gradient_with(Index ranks, RankFault fault) {
  return [ranks, fault](const GradientTask<T>& task, GradientResult<T>& result) {
    require_valid(task);
    GradientTask<T> undivided = task;  // each part is one slice
    undivided.slice_length = task.sequences.length();
    on_ranks<T>(ranks, fault, result, [&](FaultyExchange<T>& exchange, GradientResult<T>& of_rank) {
      chunked::distributed::gradient(undivided, of_rank, exchange,
                                     *chunked::make_boundary<T>("stored"),
                                     *chunked::make_prefix_sum<T>("iterative"));
    });
    if (fault == RankFault::ragged_rows_dropped && result.logits.size() > 0) {
      const Index L = task.sequences.length();
      const Index dropped = dropped_rows(L, ranks);
      for (Index b = 0; b < task.sequences.batch(); ++b) {
        result.logits.middleRows((b + 1) * L - dropped, dropped).setZero();
      }
    }
  };
}

template <class T>
AttentionFunction<T> attention_with(Index ranks, RankFault fault) {
  return [ranks, fault](const AttentionTask<T>& task, AttentionResult<T>& result) {
    require_valid(task);
    on_ranks<T>(ranks, fault, result,
                [&](FaultyExchange<T>& exchange, AttentionResult<T>& of_rank) {
                  chunked::distributed::attention(task, of_rank, exchange,
                                                  *chunked::make_prefix_sum<T>("iterative"));
                });
    if (fault != RankFault::ragged_rows_dropped) return;
    for (Heads<T>* array : {&result.out, &result.dq, &result.dk, &result.dv}) {
      const Index dropped = dropped_rows(array->sizes().rows, ranks);
      for (Index b = 0; b < array->sizes().batch; ++b) {
        for (Index h = 0; h < array->sizes().heads; ++h) {
          (*array)(b, h).bottomRows(dropped).setZero();
        }
      }
    }
  };
}

/// Of whole models and, unless the fault has no effect there, of attention.
Mutant distributed_mutant(Index ranks, RankFault fault, const std::string& name,
                          const std::string& description, const std::string& seen) {
  GradientFunctions gradient;
  gradient.in<float>() = gradient_with<float>(ranks, fault);
  gradient.in<double>() = gradient_with<double>(ranks, fault);
  gradient.in<Digits50>() = gradient_with<Digits50>(ranks, fault);
  Mutant mutant = model_mutant(name, description, seen, std::move(gradient));
  if (fault == RankFault::gradient_not_added_up || fault == RankFault::position_restarted) {
    return mutant;
  }
  mutant.in_gradient_alone = fault == RankFault::cotangents_not_exchanged;
  mutant.attention.in<float>() = attention_with<float>(ranks, fault);
  mutant.attention.in<double>() = attention_with<double>(ranks, fault);
  mutant.attention.in<Digits50>() = attention_with<Digits50>(ranks, fault);
  return mutant;
}

/// A row of the table of faults. {0} stands for the ranks: "3 ranks".
struct FaultOfRanks {
  RankFault fault;
  const char* name;
  const char* description;
  const char* seen;
};
constexpr FaultOfRanks faults_of_ranks[] = {
    {RankFault::sums_not_exchanged, "sums-not-exchanged-by-{0}",
     "the rows are divided among {0}, each of which attends to its own rows only",
     "sequence parallelism without the exchange of states"},
    {RankFault::own_sums_included, "own-sums-included-by-{0}",
     "the rows are divided among {0}, each of which starts from the sums after its rows in place "
     "of those before them",
     "an inclusive scan (MPI_Scan) in place of an exclusive one (MPI_Exscan)"},
    {RankFault::start_on_first_rank_only, "start-on-first-of-{0}",
     "the rows are divided among {0}, of which only the first one uses the start state",
     "exclusive scans, which begin at 0"},
    {RankFault::cotangents_not_exchanged, "cotangents-not-exchanged-by-{0}",
     "the rows are divided among {0}, none of which gets the cotangents of later ranks, so that "
     "output and loss are right",
     "collective operations without a pullback"},
    {RankFault::gradient_not_added_up, "gradient-of-first-of-{0}",
     "the rows are divided among {0}; the gradient is that of the first one's rows, while the "
     "loss is right",
     "a missing all-reduce of the gradient"},
    {RankFault::position_restarted, "position-restarted-on-each-of-{0}",
     "the rows are divided among {0}; the positions of each one's rows start where those of the "
     "first one start",
     "positions counted within the part of a rank"},
    {RankFault::ragged_rows_dropped, "ragged-rows-of-{0}-dropped",
     "the last rows are dropped if the length is no multiple of {0}",
     "parts of length L/P, rounded down"},
};

}  // namespace

std::vector<Mutant> mutants_of_ranks(Index ranks) {
  std::vector<Mutant> mutants;
  for (const FaultOfRanks& row : faults_of_ranks) {
    const auto filled = [&](const char* text, const char* between) {
      return fmt::format(fmt::runtime(text), fmt::format("{}{}ranks", ranks, between));
    };
    mutants.push_back(distributed_mutant(ranks, row.fault, filled(row.name, "-"),
                                         filled(row.description, " "), row.seen));
  }
  return mutants;
}

std::vector<Mutant> distributed_mutants() {
  return mutants_of_ranks(3);
}

}  // namespace slim::properties::mutants
