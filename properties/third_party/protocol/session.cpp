// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/session.hpp"

#include "properties/third_party/protocol/result_file.hpp"
#include "properties/third_party/sandbox/harness_process.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/strict_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <cstring>
#include <initializer_list>
#include <new>

namespace slim::properties::foreign {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr int deepest_answer = 8;
constexpr std::size_t quoted_bytes = 160;
constexpr double shutdown_s = 1.0;

/// The failure for a JSON-RPC error code. Codes below -32000 come from slim_subject.py or from
/// slim-subject-host. Those that only the latter sends are ordinary errors if a program sends them.
Failure failure_of(const Json& code, bool is_of_host) {
  // A code above the largest int64 would wrap around and could match one of the cases.
  if (code.is_number_unsigned()) return Failure::error;
  const auto number = code.get<std::int64_t>();
  const bool is_the_hosts = number == -32003 || number == -32005 || number == -32006;
  if (is_the_hosts && !is_of_host) return Failure::error;
  switch (number) {
    case -32001:
      return Failure::unsupported;
    case -32002:
      return Failure::memory_limit;
    case -32003:
      return Failure::out_of_bounds;
    case -32004:
      return Failure::input_modified;
    case -32005:
      return Failure::load_error;
    case -32006:
      return Failure::version_mismatch;
    default:
      return Failure::error;
  }
}

/// The prefix of a message by the subject; messages by slim-subject-host need none.
std::string prefix_of(Failure failure) {
  if (failure == Failure::error) return "returned an error: ";
  return failure == Failure::unsupported ? "declined: " : "";
}

Clock::time_point after(double seconds) {
  return Clock::now() +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

std::string in_quotes(const std::string& line) {
  return "'" + on_one_line(line, quoted_bytes) + "'";
}

/// The last line that is not empty.
std::string last_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.pop_back();
  }
  const std::size_t at = text.rfind('\n');
  return on_one_line(at == std::string::npos ? text : text.substr(at + 1), quoted_bytes);
}

bool mentions_memory(const std::string& text) {
  for (const char* words :
       {"bad_alloc", "MemoryError", "out of memory", "Out of memory", "Cannot allocate memory"}) {
    if (text.find(words) != std::string::npos) return true;
  }
  return false;
}

/// The signal that ended the process, or 0. A shell reports signals as exit codes above 128.
int signal_of(const Ending& ending) {
  if (ending.kind == Ending::Kind::signalled) return ending.number;
  const int signal = ending.number - 128;
  for (const int known : {SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGSEGV, SIGTERM}) {
    if (signal == known) return signal;
  }
  return 0;
}

bool exceeded_memory(const Ending& ending, const std::string& last_words, const Limits& limits) {
  if (ending.kind == Ending::Kind::outgrew) return true;
  if (ending.kind == Ending::Kind::lost_its_supervisor) return false;
  if (ending.kind == Ending::Kind::exited && ending.number == 0) return false;
  const bool was_large = 2 * ending.resident >= limits.memory_bytes;
  const bool reserved_all =
      limits.address_space_bytes > 0 && 10 * ending.address_space >= 9 * limits.address_space_bytes;
  return mentions_memory(last_words) || was_large || reserved_all;
}

/// Space for the header of a file.
constexpr std::int64_t slack = 1 << 16;

std::int64_t bytes_of_case(const CaseFile& file) {
  std::int64_t bytes = slack;
  for (const auto& [name, tensor] : file.tensors) {
    bytes += static_cast<std::int64_t>(tensor.bytes.size());
  }
  return bytes;
}

std::int64_t bytes_of_answer(const std::vector<WantedTensor>& wanted) {
  std::int64_t bytes = slack;
  for (const WantedTensor& tensor : wanted) {
    auto of_tensor = static_cast<std::int64_t>(size_of(tensor.dtype));
    for (const std::int64_t extent : tensor.shape) of_tensor *= extent;
    bytes += of_tensor;
  }
  return bytes;
}

void remove_files(std::initializer_list<fs::path> paths) {
  std::error_code ignored;
  for (const fs::path& path : paths) fs::remove(path, ignored);
}

std::string to_words(const Ending& ending) {
  if (ending.kind == Ending::Kind::lost_its_supervisor) {
    return "ended because its supervisor was killed";
  }
  const int signal = signal_of(ending);
  if (signal != 0) {
    const char* abbreviation = ::sigabbrev_np(signal);
    return fmt::format("ended by signal {} (SIG{})", signal,
                       abbreviation == nullptr ? "?" : abbreviation);
  }
  return fmt::format("ended with exit code {}", ending.number);
}

}  // namespace

Door program_door(const std::string& command_line) {
  require(command_line.find_first_not_of(" \t\n") != std::string::npos,
          "the subject's command is empty");
  return {.command = {"/bin/sh", "-c", command_line}, .lays_out = false};
}

Door library_door(const fs::path& library) {
  std::error_code status;
  require(fs::is_regular_file(library, status), "library '" + on_one_line(library.string(), 200) +
                                                    "' does not exist or is not a regular file");
  return {.command = {host_program().string(), "library", fs::absolute(library).string()},
          .lays_out = true};
}

Session::Session(const Door& door, const Limits& limits)
    : limits_(limits),
      ends_with_a_violation_(door.lays_out),
      process_(door.command, limits.memory_bytes, limits.address_space_bytes, limits.room_bytes),
      answer_bytes_(slack) {
  const Json parameters = {{"protocol", protocol_version}};
  const std::string described = call("describe", parameters.dump(), limits.start_s());
  try {
    declaration_ = parse_declaration(described);
  } catch (const ContractError& error) {
    give_up(std::string("returned an invalid declaration: ") + error.what(),
            Failure::protocol_error);
  }
  described_ = true;
}

Session::~Session() {
  try {
    if (!over_) shut_down();
  } catch (const std::exception&) {  // ~Process kills it
  }
}

/// The answer is ignored.
void Session::shut_down() {
  const Clock::time_point deadline = after(shutdown_s);
  const std::string request =
      fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"shutdown","params":{{}}}})", next_id_++);
  if (process_.say(request, deadline)) process_.end(deadline);
}

void Session::give_up(const std::string& what, Failure failure) {
  over_ = true;
  throw SubjectError(what, failure);
}

/// A subject that stops its supervisors could exceed its memory limit unnoticed.
void Session::require_watched() {
  if (!process_.was_left_unwatched()) return;
  give_up("stopped (SIGSTOP) the processes that watch its memory", Failure::crash);
}

void Session::report_end(Clock::time_point deadline, const char* when) {
  const Ending ending = process_.end(deadline);
  if (ending.kind == Ending::Kind::not_started) {
    over_ = true;
    throw HarnessError(fmt::format("the subject's process cannot be started: {} (see ulimit -a)",
                                   std::strerror(ending.number)));
  }
  if (ending.room >= 0 && ending.room < answer_bytes_) throw_no_room(answer_bytes_);
  std::string what = fmt::format("{} {}", to_words(ending), when);
  const std::string last = last_line(process_.last_words());
  if (!last.empty()) what += ", saying " + in_quotes(last);
  if (!described_ && last.find("No module named") != std::string::npos) {
    what +=
        ": copy the module next to the program, or name the interpreter that has it by its path, "
        "such as '/path/to/venv/bin/python mine.py'";
  }
  if (exceeded_memory(ending, process_.last_words(), limits_)) {
    give_up(fmt::format("exceeded {} MB: {}", limits_.memory_bytes >> 20,
                        ending.kind == Ending::Kind::outgrew ? "it was killed" : what),
            Failure::memory_limit);
  }
  give_up(what, described_ ? Failure::crash : Failure::load_error);
}

/// After the subject ended, its supervisor removes the scratch folder with case and result, which
/// must not be reported as a missing or changed file.
void Session::report_if_gone() {
  if (process_.has_ended()) report_end(after(limits_.deadline_s), "after it answered");
}

std::string Session::answer_line(Clock::time_point deadline, double deadline_s) {
  const char* when = described_ ? "before it answered" : "before it described itself";
  Heard heard = process_.hear(deadline);
  switch (heard.kind) {
    case Heard::Kind::line:
      return std::move(heard.text);
    case Heard::Kind::too_long:
      give_up(fmt::format("wrote a line of more than {} bytes: {}", Process::longest_line,
                          in_quotes(heard.text)),
              Failure::protocol_error);
    case Heard::Kind::closed:
      give_up("closed its standard output and kept running", Failure::protocol_error);
    case Heard::Kind::late:
      give_up(fmt::format("did not answer within {:.3g} s", deadline_s), Failure::hang);
    case Heard::Kind::ended:
      break;
  }
  report_end(deadline, when);
}

void Session::require_silence() {
  const std::string noise = process_.unasked();
  if (noise.empty()) return;
  give_up("wrote to standard output without a request: " + in_quotes(noise),
          Failure::protocol_error);
}

nlohmann::json Session::parsed(const std::string& line) {
  try {
    return parse_strictly(line, deepest_answer, "the answer");
  } catch (const ContractError&) {
    give_up("wrote a line that is not an answer: " + in_quotes(line) +
                "; print to standard error (in Python, import slim_subject before what prints)",
            Failure::protocol_error);
  }
}

std::string Session::call(const std::string& method, const std::string& parameters,
                          double deadline_s) {
  const Clock::time_point deadline = after(deadline_s);
  require_silence();
  const int id = next_id_++;
  const std::string request = fmt::format(
      R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id, method, parameters);
  if (!process_.say(request, deadline)) {
    const Heard heard = process_.hear(std::min(deadline, after(1.0)));
    if (heard.kind == Heard::Kind::ended) report_end(deadline, "before it read a request");
    give_up("does not read its standard input", Failure::protocol_error);
  }
  const std::string line = answer_line(deadline, deadline_s);
  Json answer = parsed(line);
  if (!answer.is_object() || answer.value("jsonrpc", Json()) != "2.0" || !answer.contains("id") ||
      answer.contains("result") == answer.contains("error")) {
    give_up("wrote a line that is not a JSON-RPC 2.0 response: " + in_quotes(line),
            Failure::protocol_error);
  }
  if (answer["id"] != id) {
    give_up(fmt::format("answered request {} instead of {}: {}", on_one_line(answer["id"].dump()),
                        id, in_quotes(line)),
            Failure::protocol_error);
  }
  require_silence();
  require_watched();
  if (answer.contains("result")) return answer["result"].dump();
  const Json& error = answer["error"];
  if (!error.is_object() || !error.value("code", Json()).is_number_integer() ||
      !error.value("message", Json()).is_string()) {
    give_up("wrote an error without code and message: " + in_quotes(line), Failure::protocol_error);
  }
  const auto failure = failure_of(error["code"], ends_with_a_violation_);
  const bool violation = failure == Failure::out_of_bounds || failure == Failure::input_modified;
  if (violation && ends_with_a_violation_) over_ = true;
  throw SubjectError(prefix_of(failure) + on_one_line(error["message"].get<std::string>(), 400),
                     failure);
}

void Session::write_for_it(std::int64_t bytes, const std::function<void()>& write) {
  const fs::path& scratch = process_.scratch();
  std::error_code status;
  if (fs::is_directory(scratch, status) && room_in(scratch) < bytes) throw_no_room(bytes);
  try {
    write();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    require_descriptors();
    report_if_gone();
    if (fs::is_directory(scratch, status) && room_in(scratch) < bytes) throw_no_room(bytes);
    give_up(std::string("made its scratch folder unusable: ") + error.what(), Failure::crash);
  }
}

void Session::throw_no_room(std::int64_t needed) {
  over_ = true;
  throw NoRoom(fmt::format("the file system of the scratch folder {} is full: {:.1f} MB are "
                           "needed; free some space, or set TMPDIR to a folder with more",
                           process_.scratch().string(), static_cast<double>(needed) / (1 << 20)),
               needed);
}

/// A failure is not the subject's fault if there was no space for its result.
std::map<std::string, Tensor> Session::ask(const Question& question) {
  const std::string number = std::to_string(next_case_++);
  const fs::path case_path = process_.scratch() / ("case-" + number + ".safetensors");
  const fs::path result_path = process_.scratch() / ("result-" + number + ".safetensors");
  answer_bytes_ = bytes_of_answer(question.wanted);
  const std::int64_t bytes = bytes_of_case(question.file) + answer_bytes_;
  write_for_it(bytes, [&] { write_case_file(case_path, question.file); });
  try {
    auto tensors = answer_to(question, case_path, result_path);
    remove_files({case_path, result_path});
    return tensors;
  } catch (const SubjectError&) {
    if (!process_.has_ended() && room_in(process_.scratch()) < answer_bytes_) throw_no_room(bytes);
    remove_files({case_path, result_path});
    throw;
  }
}

std::map<std::string, Tensor> Session::answer_to(const Question& question,
                                                 const fs::path& case_path,
                                                 const fs::path& result_path) {
  Json wanted = Json::object();
  for (const WantedTensor& tensor : question.wanted) {
    wanted[tensor.name] = {{"dtype", name(tensor.dtype)}, {"shape", tensor.shape}};
  }
  Json parameters = {{"task", question.task},
                     {"case", case_path.string()},
                     {"result", result_path.string()},
                     {"deadline_s", limits_.deadline_s},
                     {"results", wanted}};
  if (!question.strides.empty()) parameters["strides"] = question.strides;
  const Sealed sealed(case_path);
  call("run", parameters.dump(), limits_.deadline_s);
  if (sealed.is_broken()) {
    report_if_gone();
    give_up("wrote into its case file", Failure::input_modified);
  }
  try {
    return read_result(result_path, question.wanted);
  } catch (const SubjectError&) {
    report_if_gone();
    throw;
  }
}

std::string Session::describe_again() {
  const Json parameters = {{"protocol", protocol_version}};
  return call("describe", parameters.dump(), limits_.deadline_s);
}

bool Session::refuses(const std::string& line, int id) {
  const Clock::time_point deadline = after(limits_.deadline_s);
  require_silence();
  if (!process_.say(line, deadline)) report_end(deadline, "when it was sent a bad request");
  const std::string text = answer_line(deadline, limits_.deadline_s);
  Json answer = parsed(text);
  const bool of_this =
      answer.is_object() && answer.contains("id") && (answer["id"] == id || answer["id"].is_null());
  if (!of_this) give_up("answered another request: " + in_quotes(text), Failure::protocol_error);
  const auto error = answer.find("error");
  return error != answer.end() && error->is_object() &&
         error->value("message", Json()).is_string() &&
         !error->value("message", std::string()).empty();
}

}  // namespace slim::properties::foreign
