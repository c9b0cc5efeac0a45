#pragma once

#include "properties/engine/failure.hpp"
#include "properties/third_party/protocol/declaration.hpp"
#include "properties/third_party/sandbox/process.hpp"
#include "reference/vocabulary/case_file/case_file.hpp"

#include <functional>
#include <optional>

namespace slim::properties::foreign {

/// How a foreign subject is reached.
struct Door {
  std::vector<std::string> command;  ///< program and arguments
  bool lays_out = false;             ///< it puts arrays into memory with the strides that are asked
};
/// A command line, by way of /bin/sh.
Door program_door(const std::string& command_line);
/// A shared library, loaded by a process of our own. Throws ContractError when there is no file.
Door library_door(const std::filesystem::path& library);

struct Limits {
  double deadline_s = 10.0;       ///< for each answer
  double start_deadline_s = 0.0;  ///< 0: ten times that
  /// Resident in all that it starts, and in its scratch folder.
  std::int64_t memory_bytes = std::int64_t{8} << 30;
  std::int64_t address_space_bytes = 0;  ///< of each of its processes; 0: as it likes
  std::int64_t room_bytes = least_room;  ///< that its scratch folder has at the start

  [[nodiscard]] double start_s() const {
    return start_deadline_s > 0.0 ? start_deadline_s : 10.0 * deadline_s;
  }
};

/// A tensor that a subject has to give.
struct WantedTensor {
  std::string name;
  Dtype dtype;
  std::vector<std::int64_t> shape;
};

/// The question that goes with a case.
struct Question {
  std::string task;
  const CaseFile& file;
  std::vector<WantedTensor> wanted;
  /// Of inputs that do not lie row-major without gaps, in entries; for doors that lay out.
  std::map<std::string, std::vector<std::int64_t>> strides{};
};

/// One running process of a subject, asked in JSON-RPC 2.0, a line a message. What goes wrong is a
/// SubjectError with its kind, after which the session is over but for refusals. One that is not
/// over ends with `shutdown`, and the process has a second to end by itself.
class Session {
 public:
  Session(const Door& door, const Limits& limits);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  [[nodiscard]] const Declaration& declaration() const { return declaration_; }
  /// The wanted tensors, of the asked types and shapes. Throws NoRoom where case and answer do not
  /// fit the scratch folder's file system: the session may be over, and another one with more room
  /// can be asked.
  std::map<std::string, Tensor> ask(const Question& question);
  /// Writes a file for it into its scratch folder by `write`. Throws NoRoom likewise, and
  /// SubjectError where the subject has left no folder to write into.
  void write_for_it(std::int64_t bytes, const std::function<void()>& write);
  /// Whether another question may be asked: not after a crash, a hang, noise.
  [[nodiscard]] bool is_over() const { return over_; }
  /// Sends a request as it is, for tests of robustness: true when a proper JSON-RPC error comes
  /// back.
  bool refuses(const std::string& line, int id);
  /// Its declaration as it gives it now, as compact JSON.
  std::string describe_again();
  [[nodiscard]] const Process& process() const { return process_; }

 private:
  std::string call(const std::string& method, const std::string& parameters, double deadline_s);
  std::string answer_line(Clock::time_point deadline, double deadline_s);
  void require_silence();
  void shut_down();
  [[noreturn]] void give_up(const std::string& what, Failure failure);
  [[noreturn]] void throw_no_room(std::int64_t needed);
  void require_watched();
  std::map<std::string, Tensor> answer_to(const Question& question,
                                          const std::filesystem::path& asked,
                                          const std::filesystem::path& answered);
  void report_if_gone();
  [[noreturn]] void report_end(Clock::time_point deadline, const char* when);

  Limits limits_;
  bool ends_with_a_misdeed_;  ///< its process, as that of a library does
  Process process_;
  Declaration declaration_;
  int next_id_ = 1;
  int next_case_ = 1;
  std::int64_t answer_bytes_;  ///< that its scratch folder must have room for
  bool described_ = false;
  bool over_ = false;
};

}  // namespace slim::properties::foreign
