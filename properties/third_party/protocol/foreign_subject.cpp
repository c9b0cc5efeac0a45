// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/foreign_subject.hpp"

#include "properties/third_party/protocol/exchange.hpp"
#include "properties/tolerance/own_features.hpp"
#include "reference/vocabulary/scalars/printable.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>

namespace slim::properties::foreign {

class SessionPool {
 public:
  enum TaskNumber : std::size_t { attention, features, gradient, projection };
  static constexpr std::array<const char*, 4> task_names = {"attention", "features", "gradient",
                                                            "projection"};

  SessionPool(Door door, const Limits& limits) : door_(std::move(door)), limits_(limits) {}

  std::unique_ptr<Session> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Session> session = std::move(idle_.back());
        idle_.pop_back();
        return session;
      }
    }
    return start();
  }
  /// A restart has a deadline that follows from the duration of the first start.
  std::unique_ptr<Session> start(std::int64_t room_bytes = least_room) {
    ++started_;
    Limits limits = limits_;
    limits.room_bytes = std::max(limits.room_bytes, room_bytes);
    {
      const std::lock_guard lock(mutex_);
      if (first_start_s_ > 0.0) limits.start_deadline_s = restart_deadline_s();
    }
    const Clock::time_point start = Clock::now();
    auto session = std::make_unique<Session>(door_, limits);
    const std::lock_guard lock(mutex_);
    if (!(first_start_s_ > 0.0)) {
      first_start_s_ = std::chrono::duration<double>(Clock::now() - start).count();
      declared_ = session->declaration().text;
    }
    if (session->declaration().text != declared_) {
      throw SubjectError("gave another declaration than at its first start",
                         Failure::protocol_error);
    }
    return session;
  }
  void give_back(std::unique_ptr<Session> session) {
    if (session->is_over()) return;
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(session));
  }
  /// Ends the processes that are not in use.
  void retire() {
    const std::lock_guard lock(mutex_);
    idle_.clear();
  }
  [[nodiscard]] int started() const { return started_; }
  void note_asked(TaskNumber task) { was_asked_.at(task) = true; }
  [[nodiscard]] bool was_asked(TaskNumber task) const { return was_asked_.at(task); }

 private:
  [[nodiscard]] double restart_deadline_s() const {
    constexpr double least_s = 1.0;
    const double expected = std::max({5.0 * first_start_s_, limits_.deadline_s, least_s});
    return std::min(expected, limits_.start_s());
  }

  Door door_;
  Limits limits_;
  std::mutex mutex_;
  double first_start_s_ = 0.0;  ///< 0 before it is known
  std::string declared_;        ///< by the first process
  std::vector<std::unique_ptr<Session>> idle_;
  std::atomic<int> started_{0};
  std::array<std::atomic<bool>, task_names.size()> was_asked_{};
};

namespace {

template <template <class> class Task, template <class> class Result, class T>
void offer_in(TaskFunctions<Task, Result>& functions, SessionPool::TaskNumber number,
              const std::shared_ptr<SessionPool>& pool) {
  functions.template in<T>() = [pool, number](const Task<T>& task, Result<T>& result) {
    pool->note_asked(number);
    try {
      with_session(*pool, [&](Session& session) { exchange(session, task, result); });
    } catch (const SubjectError&) {
      throw;
    } catch (const HarnessError&) {
      throw;
    } catch (const std::exception& error) {  // out of memory, JSON: errors of the harness
      throw HarnessError(error.what());
    }
  };
}

template <template <class> class Task, template <class> class Result>
void offer(TaskFunctions<Task, Result>& functions, SessionPool::TaskNumber number,
           const Declaration& declared, const std::shared_ptr<SessionPool>& pool) {
  for (const Scalar scalar : declared.scalars) {
    switch (scalar) {
      case Scalar::float32:
        offer_in<Task, Result, float>(functions, number, pool);
        break;
      case Scalar::float16:
        offer_in<Task, Result, Float16>(functions, number, pool);
        break;
      case Scalar::bfloat16:
        offer_in<Task, Result, BFloat16>(functions, number, pool);
        break;
      default:
        offer_in<Task, Result, double>(functions, number, pool);
    }
  }
}

/// Asks for projections in blocks of consecutive seeds, since a law averages over 2000 of them.
class DrawnProjections {
 public:
  explicit DrawnProjections(std::shared_ptr<SessionPool> pool)
      : drawn_(std::make_shared<Drawn>()), pool_(std::move(pool)) {}

  Matrix<double> operator()(Index width, Index features, ProjectionKind /*kind*/,
                            const Random& random) const {
    const std::uint64_t block = random.seed() / seeds_of_a_block;
    const std::lock_guard lock(drawn_->mutex);
    std::vector<Matrix<double>>& all = drawn_->of[{width, features, block}];
    if (all.empty()) {
      pool_->note_asked(SessionPool::projection);
      with_session(*pool_, [&](Session& session) {
        all = ask_projections(session, width, features, block * seeds_of_a_block, seeds_of_a_block);
      });
    }
    return all.at(random.seed() % seeds_of_a_block);
  }

 private:
  static constexpr std::uint64_t seeds_of_a_block = 500;
  struct Drawn {
    std::mutex mutex;
    std::map<std::tuple<Index, Index, std::uint64_t>, std::vector<Matrix<double>>> of;
  };
  std::shared_ptr<Drawn> drawn_;
  std::shared_ptr<SessionPool> pool_;
};

/// What is declared of a model of its own architecture and makes its laws weaker.
std::vector<std::string> weakening_of(const OwnModel& own) {
  std::vector<std::string> words;
  if (own.narrowest > 0.0) {
    words.push_back(
        fmt::format("narrow internal types, so errors of size {:.2g} are rounding", own.narrowest));
  }
  std::vector<std::string> no_slopes;
  for (const OwnModel::Parameter& parameter : own.parameters) {
    if (!parameter.is_slope) no_slopes.push_back(on_one_line(parameter.name));
  }
  if (!no_slopes.empty()) {
    words.push_back(
        fmt::format("gradients that are no slopes of the loss: {}", fmt::join(no_slopes, ", ")));
  }
  if (own.padding >= 0) {
    words.push_back(fmt::format("token {} only as padding at the end of sequences", own.padding));
  }
  if (own.random != OwnModel::Random::none) words.emplace_back("random numbers in its answers");
  if (own.couples_batch) words.emplace_back("a loss that couples the sequences of a batch");
  if (!own.causal) words.emplace_back("rows that depend on later tokens");
  return words;
}

std::string weakening_by_own_map(const Declaration& declared) {
  const bool has_doubles = std::ranges::count(declared.scalars, Scalar::float64) > 0;
  return fmt::format(
      "feature map own, so attention is verified against the subject's own features, which are "
      "compared with no definition{}",
      declared.capabilities.pullback
          ? fmt::format(", and d.q and d.k with slopes of these features, known to about {}",
                        has_doubles ? "1e-9" : "1e-3")
          : "");
}

}  // namespace

void with_session(SessionPool& pool, const std::function<void(Session&)>& use) {
  const auto use_and_give_back = [&](std::unique_ptr<Session> session) {
    try {
      use(*session);
    } catch (...) {
      pool.give_back(std::move(session));
      throw;
    }
    pool.give_back(std::move(session));
  };
  std::int64_t needed = 0;
  try {
    return use_and_give_back(pool.take());
  } catch (const NoRoom& error) {
    needed = error.needed();
  }
  use_and_give_back(pool.start(needed));
}

void with_fresh_session(SessionPool& pool, const std::function<void(Session&)>& use) {
  std::int64_t needed = 0;
  try {
    return use(*pool.start());
  } catch (const NoRoom& error) {
    needed = error.needed();
  }
  use(*pool.start(needed));
}

void end_processes(SessionPool& pool) {
  pool.retire();
}

int processes_started(const SessionPool& pool) {
  return pool.started();
}

std::vector<std::string> tasks_never_asked(const ForeignSubject& foreign) {
  const Declaration& declared = foreign.declaration;
  std::vector<std::string> never;
  const auto look_at = [&](bool declares, SessionPool::TaskNumber task) {
    if (!declares || foreign.pool->was_asked(task)) return;
    never.emplace_back(SessionPool::task_names.at(task));
  };
  look_at(declared.attention, SessionPool::attention);
  look_at(declared.features, SessionPool::features);
  look_at(declared.gradient, SessionPool::gradient);
  look_at(declared.projection.has_value(), SessionPool::projection);
  return never;
}

ForeignSubject open_subject(const Door& door, const Limits& limits) {
  ForeignSubject foreign;
  foreign.pool = std::make_shared<SessionPool>(door, limits);
  with_session(*foreign.pool,
               [&](Session& session) { foreign.declaration = session.declaration(); });
  const Declaration& declared = foreign.declaration;
  Subject& subject = foreign.subject;
  subject.name = "foreign/" + declared.name;
  subject.summary = "version " + declared.version;
  subject.capabilities = declared.capabilities;
  subject.conventions = declared.conventions;
  subject.attention_conventions = declared.attention_conventions;
  subject.forms = forms_of(declared.form, declared.restrictions);
  // Keys that are left out of packed or shorter sequences are masked in a case.
  subject.capabilities.key_masks |= declared.form.packed || declared.form.cross;
  subject.capabilities.answers_absent_queries =
      declared.form.masked_queries == DeclaredForm::MaskedQueries::zero;
  subject.weakening = weakening_of(declared.form);
  if (declared.own_model) {
    for (std::string& words : weakening_of(*declared.own_model)) {
      subject.weakening.push_back(std::move(words));
    }
  }
  if (declared.attention) offer(subject.attention, SessionPool::attention, declared, foreign.pool);
  if (declared.features) offer(subject.features, SessionPool::features, declared, foreign.pool);
  if (declared.gradient) offer(subject.gradient, SessionPool::gradient, declared, foreign.pool);
  if (declared.own_width) {
    subject.capabilities.own_map = own_features_of(subject, *declared.own_width);
    subject.weakening.push_back(weakening_by_own_map(declared));
  }
  if (declared.projection) subject.projection = DrawnProjections(foreign.pool);
  if (declared.own_projection) {
    subject.weakening.emplace_back("a projection of its own in place of the given one");
  }
  return foreign;
}

}  // namespace slim::properties::foreign
