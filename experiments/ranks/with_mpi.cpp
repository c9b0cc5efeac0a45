// SPDX-License-Identifier: Apache-2.0
// run_on_ranks by Open MPI. Waiting never spins, because what is timed must have the host for
// itself: MPI_Iprobe alternates with a sleep, and no rank enters MPI_Finalize before rank 0 ends.
#include "experiments/ranks/launch.hpp"
#include "experiments/ranks/ranks.hpp"
#include "experiments/records/provenance.hpp"
#include "properties/command_line/exit_code.hpp"
#include "properties/command_line/standard_streams.hpp"
#include "reference/vocabulary/system/child_program.hpp"

#include <fmt/format.h>
#include <mpi.h>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace slim::experiments {
namespace {

using Clock = std::chrono::steady_clock;
using Duration = std::chrono::duration<double>;

constexpr std::chrono::milliseconds nap{10};
constexpr std::chrono::seconds between_beats{1};
constexpr Duration longest_farewell{10};

enum Tag : int { hello, beat, result, job, end, bye };

struct Message {
  std::size_t rank = 0;
  int tag = 0;
  std::string text;
};

void send(std::size_t rank, Tag tag, const std::string& text = "") {
  MPI_Send(text.data(), static_cast<int>(text.size()), MPI_CHAR, static_cast<int>(rank), tag,
           MPI_COMM_WORLD);
}

/// The next message, if one has arrived.
std::optional<Message> received() {
  int arrived = 0;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &arrived, &status);
  if (arrived == 0) return std::nullopt;
  int size = 0;
  MPI_Get_count(&status, MPI_CHAR, &size);
  Message message = {.rank = static_cast<std::size_t>(status.MPI_SOURCE),
                     .tag = status.MPI_TAG,
                     .text = std::string(static_cast<std::size_t>(size), '\0')};
  MPI_Recv(message.text.data(), size, MPI_CHAR, status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD,
           MPI_STATUS_IGNORE);
  return message;
}

/// Host, and build: all of the provenance that identifies a measurement.
std::vector<std::string> introduction() {
  const Provenance here = provenance();
  return {here.host, here.processor, here.code, here.compiler, here.flags, here.preset};
}

/// mpirun binds a rank to one core, where a sweep without mpirun uses all of them.
void leave_core_of_mpirun() {
  cpu_set_t cores;
  if (std::getenv("OMPI_MCA_orte_bound_at_launch") == nullptr) return;
  if (::sched_getaffinity(::getppid(), sizeof cores, &cores) == 0) {
    ::sched_setaffinity(0, sizeof cores, &cores);
  }
}

/// mpirun ends every rank when one of them was killed.
void report_termination(int /*signal*/) {
  constexpr std::string_view words =
      "slim-measure: ended by mpirun, because a rank was lost or mpirun was stopped; the records "
      "stored so far are kept: run the same command again to resume\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, words.data(), words.size());
  ::_exit(command_line::harness_failed);
}

class MpiRanks final : public Ranks {
 public:
  MpiRanks(std::size_t count, MeasuringProcess& process)
      : count_(count), process_(process), heard_(count, Clock::now()) {}

  void meet(Duration deadline) override {
    if (!hosts_.empty()) return;
    const std::vector<std::string> own = introduction();
    std::vector<RankHost> hosts(count_);
    hosts[0] = {.name = own[0], .processor = own[1]};
    for (std::size_t missing = count_ - 1; missing > 0; --missing) {
      const Message message = next(hello, deadline);
      const auto of_rank = nlohmann::json::parse(message.text).get<std::vector<std::string>>();
      require_same_build(message.rank, own, of_rank);
      hosts[message.rank] = {.name = of_rank[0], .processor = of_rank[1]};
    }
    hosts_ = std::move(hosts);
  }

  [[nodiscard]] const std::vector<RankHost>& hosts() const override { return hosts_; }

  void give(std::size_t rank, const std::string& text) override {
    if (rank == 0) {
      process_.give(text);
    } else {
      send(rank, job, text);
    }
  }

  Answer next_answer(Duration deadline) override {
    Message message = next(result, deadline);
    if (const auto why = reason_of_failure(message.text); why.has_value()) {
      throw std::runtime_error(fmt::format("{}: {}", named(message.rank), *why));
    }
    return {.rank = message.rank, .text = std::move(message.text)};
  }

  /// Ends all ranks, and returns the exit code.
  int leave(int code) {
    if (!lost_) {
      try {
        for (std::size_t rank = 1; rank < count_; ++rank) send(rank, end);
        for (std::size_t rank = 1; rank < count_; ++rank) next(bye, longest_farewell);
        MPI_Finalize();
        return code;
      } catch (const std::runtime_error&) {  // everything was done and reported before
      }
    }
    MPI_Abort(MPI_COMM_WORLD, code);
    return code;
  }

 private:
  [[nodiscard]] std::string named(std::size_t rank) const {
    return hosts_.empty() ? fmt::format("rank {}", rank)
                          : fmt::format("rank {} on {}", rank, hosts_[rank].name);
  }

  static void require_same_build(std::size_t rank, const std::vector<std::string>& own,
                                 const std::vector<std::string>& other) {
    constexpr std::array<const char*, 4> parts = {"code", "compiler", "flags", "preset"};
    if (other.size() != own.size()) {
      throw std::runtime_error(fmt::format(
          "rank {} was started with other code: install the same build on every host", rank));
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (own[i + 2] == other[i + 2]) continue;
      throw std::runtime_error(
          fmt::format("rank {} on {} has another build than rank 0: {} is '{}', and '{}' on rank "
                      "0; install the "
                      "same build on every host",
                      rank, other[0], parts.at(i), other[i + 2], own[i + 2]));
    }
  }

  /// The next message of this kind; others only show that a rank is there. The silence of a rank
  /// counts only while this process listens.
  Message next(Tag tag, Duration deadline) {
    while (true) {
      while (std::optional<Message> message = received()) {
        heard_[message->rank] = Clock::now();
        if (message->tag == tag) return std::move(*message);
      }
      if (Clock::now() - listened_ > between_beats) {
        std::fill(heard_.begin(), heard_.end(), Clock::now());
      }
      listened_ = Clock::now();
      for (std::size_t rank = 1; rank < count_; ++rank) {
        if (listened_ - heard_[rank] <= deadline) continue;
        lost_ = true;
        throw std::runtime_error(
            fmt::format("{} has been silent for {:g} s: it hangs, or its host is lost; the records "
                        "stored so far are kept: run the same command again to resume",
                        named(rank), deadline.count()));
      }
      std::optional<std::string> own = process_.answer(nap);
      if (own.has_value() && tag == result) return {.rank = 0, .tag = tag, .text = std::move(*own)};
    }
  }

  std::size_t count_;
  MeasuringProcess& process_;
  std::vector<RankHost> hosts_;
  std::vector<Clock::time_point> heard_;  ///< by rank
  Clock::time_point listened_;
  bool lost_ = false;
};

/// Waits in the process that mpirun started, because mpirun loses the messages of other ranks when
/// this one is killed, and does not say why.
int exit_code_of(pid_t rank_process, int rank) {
  std::signal(SIGTERM, SIG_IGN);  // the rank reports that mpirun ends it
  int status = 0;
  const bool ended = rank_process > 0 && ::waitpid(rank_process, &status, 0) == rank_process;
  if (ended && WIFEXITED(status)) return WEXITSTATUS(status);
  if (!ended || WTERMSIG(status) != SIGTERM) {
    command_line::note(fmt::format(
        "slim-measure: rank {} on {} {}; the records stored so far are kept: run the same command "
        "again to resume",
        rank, provenance().host,
        ended ? fmt::format("was ended by signal {} ({})", WTERMSIG(status),
                            ::strsignal(WTERMSIG(status)))
              : std::string("cannot start a process")));
  }
  return command_line::harness_failed;
}

/// Passes the jobs of rank 0 to the process that measures, until rank 0 ends.
int serve(MeasuringProcess& process) {
  send(0, hello, nlohmann::json(introduction()).dump());
  Clock::time_point reported = Clock::now();
  while (true) {
    if (const std::optional<std::string> answer = process.answer(nap); answer.has_value()) {
      send(0, result, *answer);
    }
    if (const std::optional<Message> message = received(); message.has_value()) {
      if (message->tag == end) break;
      process.give(message->text);
    }
    if (Clock::now() - reported < between_beats) continue;
    reported = Clock::now();
    send(0, beat);
  }
  send(0, bye);
  MPI_Finalize();
  return command_line::holds;
}

}  // namespace

int run_on_ranks(const Answering& answer, const std::function<int(Ranks*)>& body) {
  const Launch launch = launch_by_mpirun();
  if (launch.count == 1) return body(nullptr);
  command_line::keep_standard_descriptors();
  leave_core_of_mpirun();
  die_with_parent(::getppid());
  const pid_t watcher = ::getpid();
  if (const pid_t child = ::fork(); child != 0) return exit_code_of(child, launch.rank);
  die_with_parent(watcher);
  ::unsetenv("OMPI_COMM_WORLD_SIZE");  // programs that this one starts are no ranks
  MeasuringProcess process(answer);
  MPI_Init(nullptr, nullptr);
  if (launch.rank > 0) return serve(process);
  std::signal(SIGTERM, report_termination);
  MpiRanks ranks(static_cast<std::size_t>(launch.count), process);
  return ranks.leave(body(&ranks));
}

}  // namespace slim::experiments
