// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/sandbox/library.hpp"

#include "properties/third_party/kit/slim_subject.h"
#include "properties/third_party/sandbox/guarded_buffer.hpp"
#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <dlfcn.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <iostream>
#include <new>
#include <string>

namespace slim::properties::foreign {
namespace {

using Json = nlohmann::json;

/// JSON-RPC error codes, as in session.cpp.
enum Code : int {
  failed = -32000,
  unsupported = -32001,
  out_of_memory = -32002,
  out_of_bounds = -32003,
  input_modified = -32004,
  load_error = -32005,
  version_mismatch = -32006,
  unknown_method = -32601,
  bad_parameters = -32602,
  bad_json = -32700,
};

struct Refusal {
  int code;
  std::string message;
};

int answers_to = 1;  ///< a duplicate of the original standard output

void write_answer(const Json& id, const char* kind, const Json& content) {
  const Json answer = {{"jsonrpc", "2.0"}, {"id", id}, {kind, content}};
  const std::string line = answer.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t size = ::write(answers_to, line.data() + written, line.size() - written);
    if (size <= 0) return;
    written += static_cast<std::size_t>(size);
  }
}

const slim_subject* loaded(const char* path, Refusal& refusal) {
  void* library = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    refusal = {load_error, std::string("cannot be loaded: ") + ::dlerror()};
    return nullptr;
  }
  using Entry = const slim_subject* (*)();
  // POSIX allows casting the result of dlsym to a function pointer.
  const auto entry = reinterpret_cast<Entry>(::dlsym(library, "slim_subject_entry"));
  if (entry == nullptr) {
    refusal = {load_error, "exports no function slim_subject_entry"};
    return nullptr;
  }
  const slim_subject* subject = entry();
  if (subject == nullptr) {
    refusal = {load_error, "slim_subject_entry returned NULL"};
  } else if (subject->version != SLIM_SUBJECT_VERSION) {
    refusal = {version_mismatch, "was built for version " + std::to_string(subject->version) +
                                     " of slim_subject.h, but the harness has version " +
                                     std::to_string(SLIM_SUBJECT_VERSION)};
  } else if (subject->struct_size < sizeof(slim_subject) || subject->run == nullptr ||
             subject->declaration == nullptr) {
    refusal = {version_mismatch, "has a struct slim_subject of " +
                                     std::to_string(subject->struct_size) + " bytes, or unset " +
                                     "fields: required are " +
                                     std::to_string(sizeof(slim_subject)) + " bytes, all set"};
  } else {
    return subject;
  }
  return nullptr;
}

DLDataType type_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::F32:
      return {kDLFloat, 32, 1};
    case Dtype::F64:
      return {kDLFloat, 64, 1};
    case Dtype::F16:
      return {kDLFloat, 16, 1};
    case Dtype::BF16:
      return {kDLBfloat, 16, 1};
    case Dtype::I32:
      return {kDLInt, 32, 1};
    case Dtype::I64:
      return {kDLInt, 64, 1};
    case Dtype::U8:
      return {kDLUInt, 8, 1};
  }
  return {};
}

/// An array with its DLPack view.
struct Array {
  std::string name;
  Dtype dtype;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
  GuardedBuffer buffer;
  DLTensor tensor{};

  Array(std::string of, Dtype type, std::vector<std::int64_t> sizes,
        std::vector<std::int64_t> steps)
      : name(std::move(of)),
        dtype(type),
        shape(std::move(sizes)),
        strides(std::move(steps)),
        buffer(name, (last_entry() + 1) * size_of(type)) {
    tensor.data = buffer.data();
    tensor.device = {kDLCPU, 0};
    tensor.ndim = static_cast<int>(shape.size());
    tensor.dtype = type_of(type);
    tensor.shape = shape.data();
    tensor.strides = strides.data();
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

 private:
  [[nodiscard]] std::size_t last_entry() const {
    std::int64_t last = 0;
    for (std::size_t i = 0; i < shape.size(); ++i) last += (shape[i] - 1) * strides[i];
    return static_cast<std::size_t>(last);
  }
};

std::vector<std::int64_t> row_major(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t step = 1;
  for (std::size_t i = shape.size(); i-- > 0; step *= shape[i]) strides[i] = step;
  return strides;
}

/// Copies the entries of a row-major tensor to `first` + their offsets by the strides of `array`.
void lay_out(const Tensor& tensor, const Array& array, std::byte* first) {
  const std::size_t size = size_of(tensor.dtype);
  std::vector<std::int64_t> at(tensor.shape.size());
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < at.size(); ++axis) offset += at[axis] * array.strides[axis];
    std::memcpy(first + static_cast<std::size_t>(offset) * size, tensor.bytes.data() + i * size,
                size);
    for (std::size_t axis = at.size(); axis-- > 0;) {
      if (++at[axis] < tensor.shape[axis]) break;
      at[axis] = 0;
    }
  }
}

/// Throws if an input was changed, which is possible if the library made its read-only pages
/// writable. It cannot do so with `file`, which is mapped from a file opened for reading; and the
/// harness checks the file itself.
void require_unchanged(const std::deque<Array>& inputs, const CaseFile& file) {
  for (const Array& input : inputs) {
    const std::span<const std::byte> now = input.buffer.bytes();
    std::vector<std::byte> before(now.size(), GuardedBuffer::filling);
    lay_out(file.tensor(input.name), input, before.data());
    if (input.buffer.is_sound() && std::ranges::equal(now, before)) continue;
    throw Refusal{Code::input_modified, "wrote into its input " + input.name +
                                            ", whose read-only pages it made writable"};
  }
}

Dtype wanted_type(const std::string& text) {
  for (const Dtype dtype : {Dtype::F32, Dtype::F64, Dtype::F16, Dtype::BF16}) {
    if (text == name(dtype)) return dtype;
  }
  throw ContractError("a requested tensor must be F32, F64, F16 or BF16");
}

std::vector<slim_tensor> listed(const std::deque<Array>& arrays) {
  std::vector<slim_tensor> list;
  list.reserve(arrays.size());
  for (const Array& array : arrays) list.push_back({array.name.c_str(), &array.tensor});
  return list;
}

/// Checks the inputs that every case has, so that libraries need not.
void require_inputs(const std::string& task, const CaseFile& file) {
  if (task == "attention") {
    for (const char* input : {"q", "k", "v"}) static_cast<void>(file.tensor(input));
  }
  if (task == "features") static_cast<void>(file.tensor("x"));
  if (task == "gradient") static_cast<void>(file.tensor("tokens"));
}

Json declaration_of(const slim_subject& subject) {
  try {
    return Json::parse(subject.declaration);
  } catch (const Json::parse_error& error) {
    throw Refusal{load_error, std::string("has a declaration that is not JSON: ") +
                                  on_one_line(error.what(), 200)};
  }
}

Json run_task(const slim_subject& subject, const Json& parameters) {
  const CaseFile file = read_case_file(parameters.at("case").get<std::string>());
  const auto name = parameters.at("task").get<std::string>();
  const Json declared = declaration_of(subject).at("tasks");
  if (std::find(declared.begin(), declared.end(), name) == declared.end()) {
    throw Refusal{unsupported, "task '" + on_one_line(name) + "' is not declared"};
  }
  require_inputs(name, file);
  const Json strides = parameters.value("strides", Json::object());
  std::deque<Array> inputs;
  for (const auto& [input, tensor] : file.tensors) {
    const auto steps = strides.contains(input) ? strides.at(input).get<std::vector<std::int64_t>>()
                                               : row_major(tensor.shape);
    require(steps.size() == tensor.shape.size(), "strides must have one entry per axis");
    Array& array = inputs.emplace_back(input, tensor.dtype, tensor.shape, steps);
    array.buffer.fill_with_nan();
    lay_out(tensor, array, array.buffer.data());
    array.buffer.forbid_writing();
  }
  std::deque<Array> outputs;
  for (const auto& [output, wanted] : parameters.at("results").items()) {
    const auto shape = wanted.at("shape").get<std::vector<std::int64_t>>();
    outputs
        .emplace_back(output, wanted_type(wanted.at("dtype").get<std::string>()), shape,
                      row_major(shape))
        .buffer.fill_with_nan();
  }
  std::vector<slim_option> options;
  for (const auto& [key, value] : file.metadata) options.push_back({key.c_str(), value.c_str()});
  const std::vector<slim_tensor> given = listed(inputs);
  const std::vector<slim_tensor> due = listed(outputs);
  const slim_task task = {.struct_size = sizeof(slim_task),
                          .task = name.c_str(),
                          .input_count = given.size(),
                          .inputs = given.data(),
                          .output_count = due.size(),
                          .outputs = due.data(),
                          .option_count = options.size(),
                          .options = options.data()};
  std::array<char, 400> error{};
  const int code = subject.run(&task, error.data(), error.size() - 1);
  error.back() = '\0';
  require_unchanged(inputs, file);
  for (const Array& array : outputs) {
    if (!array.buffer.is_sound()) {
      throw Refusal{out_of_bounds, "wrote before the beginning of " + array.name};
    }
  }
  if (code != SLIM_OK) {
    const std::string said = on_one_line(error.data(), 300);
    throw Refusal{code == SLIM_UNSUPPORTED ? unsupported : failed,
                  said.empty() ? "failed without a message" : said};
  }
  CaseFile result;
  for (const Array& array : outputs) {
    Tensor& tensor = result.tensors[array.name];
    tensor.dtype = array.dtype;
    tensor.shape = array.shape;
    tensor.bytes = array.buffer.bytes();
  }
  write_case_file(parameters.at("result").get<std::string>(), result);
  return Json::object();
}

Json answer_to(const slim_subject* subject, const Refusal& refusal, const Json& request) {
  const std::string method = request.value("method", std::string());
  if (method == "shutdown") return Json::object();
  if (method != "describe" && method != "run") {
    throw Refusal{unknown_method, "method '" + on_one_line(method) +
                                      "' is unknown: allowed are describe, run, shutdown"};
  }
  if (subject == nullptr) throw refusal;
  if (method == "describe") return declaration_of(*subject);
  return run_task(*subject, request.at("params"));
}

void serve_line(const slim_subject* subject, const Refusal& refusal, const std::string& line) {
  Json id;
  const auto refuse = [&id](int code, const std::string& message) {
    write_answer(id, "error", {{"code", code}, {"message", message}});
  };
  try {
    const Json request = Json::parse(line);
    if (!request.is_object()) throw ContractError("a request must be a JSON object");
    id = request.value("id", Json());
    GuardedBuffer::set_answer_of_faults(answers_to, id.dump());
    write_answer(id, "result", answer_to(subject, refusal, request));
  } catch (const Refusal& known) {
    refuse(known.code, known.message);
  } catch (const Json::parse_error& error) {
    refuse(bad_json, error.what());
  } catch (const std::bad_alloc&) {
    refuse(out_of_memory, "out of memory");
  } catch (const std::exception& error) {
    refuse(bad_parameters, error.what());
  }
}

}  // namespace

int serve_library(const char* path) {
  answers_to = ::dup(1);
  ::dup2(2, 1);  // output of the library must not mix with answers
  GuardedBuffer::catch_faults();
  Refusal refusal{};
  const slim_subject* subject = loaded(path, refusal);
  std::string line;
  while (std::getline(std::cin, line)) serve_line(subject, refusal, line);
  return 0;
}

}  // namespace slim::properties::foreign
