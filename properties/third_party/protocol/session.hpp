// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/failure.hpp"
#include "properties/third_party/protocol/declaration.hpp"
#include "properties/third_party/sandbox/process.hpp"
#include "reference/vocabulary/case_file/case_file.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <optional>

namespace slim::properties::foreign {

/// How a third-party subject is started.
struct Door {
  std::vector<std::string> command;  ///< program and arguments
  bool lays_out = false;             ///< it places arrays in memory with requested strides
};
/// A command line, run by /bin/sh.
Door program_door(const std::string& command_line);
/// A shared library, loaded by slim-subject-host. Throws ContractError if there is no such file.
Door library_door(const std::filesystem::path& library);

struct Limits {
  double deadline_s = 10.0;       ///< for each answer
  double start_deadline_s = 0.0;  ///< 0: ten times deadline_s
  /// Resident memory of all its processes, and the content of its scratch folder.
  std::int64_t memory_bytes = std::int64_t{8} << 30;
  std::int64_t address_space_bytes = 0;  ///< of each of its processes; 0: unlimited
  std::int64_t room_bytes = least_room;  ///< free in its scratch folder at the start

  [[nodiscard]] double start_s() const {
    return start_deadline_s > 0.0 ? start_deadline_s : 10.0 * deadline_s;
  }
};

/// A tensor that a subject must return.
struct WantedTensor {
  std::string name;
  Dtype dtype;
  std::vector<std::int64_t> shape;
};

/// A request to run a task on a case.
struct Question {
  std::string task;
  const CaseFile& file;
  std::vector<WantedTensor> wanted;
  /// Strides in entries of inputs that are not contiguous; only if Door::lays_out.
  std::map<std::string, std::vector<std::int64_t>> strides{};
};

/// One running process of a subject, and its JSON-RPC 2.0 messages, one per line. Failures are
/// thrown as SubjectError with their kind; after any but a JSON-RPC error, the session is over. A
/// session that is not over ends with `shutdown`, and the process has one second to end by itself.
class Session {
 public:
  Session(const Door& door, const Limits& limits);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  [[nodiscard]] const Declaration& declaration() const { return declaration_; }
  /// Returns the wanted tensors, with the requested types and shapes. Throws NoRoom if case and
  /// result do not fit in the file system of the scratch folder: the session may be over, and one
  /// with more space can be used instead.
  std::map<std::string, Tensor> ask(const Question& question);
  /// Calls `write`, which writes a file of this size into the scratch folder. Throws NoRoom as
  /// above, and SubjectError if the subject has made the folder unusable.
  void write_for_it(std::int64_t bytes, const std::function<void()>& write);
  /// True after a crash, a hang or unexpected output: no further request is possible.
  [[nodiscard]] bool is_over() const { return over_; }
  /// Sends a line unchanged. True if the answer is a JSON-RPC error with a message.
  bool refuses(const std::string& line, int id);
  /// Requests the declaration again, as compact JSON.
  std::string describe_again();
  [[nodiscard]] const Process& process() const { return process_; }
  /// Whether slim-subject-host answers in place of the subject, a library.
  [[nodiscard]] bool is_of_library() const { return ends_with_a_violation_; }

 private:
  std::string call(const std::string& method, const std::string& parameters, double deadline_s);
  std::string answer_line(Clock::time_point deadline, double deadline_s);
  void require_silence();
  void shut_down();
  [[noreturn]] void give_up(const std::string& what, Failure failure);
  /// Gives up unless the line is JSON.
  [[nodiscard]] nlohmann::json parsed(const std::string& line);
  [[noreturn]] void throw_no_room(std::int64_t needed);
  void require_watched();
  std::map<std::string, Tensor> answer_to(const Question& question,
                                          const std::filesystem::path& case_path,
                                          const std::filesystem::path& result_path);
  void report_if_gone();
  [[noreturn]] void report_end(Clock::time_point deadline, const char* when);

  Limits limits_;
  bool ends_with_a_violation_;  ///< true of a library: its process ends after such an error
  Process process_;
  Declaration declaration_;
  int next_id_ = 1;
  int next_case_ = 1;
  std::int64_t answer_bytes_;  ///< of the result, which the scratch folder must have space for
  bool described_ = false;
  bool over_ = false;
};

}  // namespace slim::properties::foreign
