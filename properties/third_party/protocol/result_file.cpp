// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/result_file.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace slim::properties::foreign {
namespace {

namespace fs = std::filesystem;

using Bytes = std::vector<std::byte>;

constexpr std::size_t room_for_header = std::size_t{1} << 20;

class Descriptor {
 public:
  /// Does not follow a symbolic link, and does not block on a pipe.
  explicit Descriptor(const fs::path& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

/// Reads the file into `bytes`. Returns why it cannot be read; empty on success.
std::string read_whole(const fs::path& path, std::size_t most, Bytes& bytes) {
  const Descriptor file(path);
  if (file.number() < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
    throw HarnessError(path.string() + " cannot be opened: " + std::strerror(errno));
  }
  if (file.number() < 0) {
    return errno == ENOENT ? "does not exist"
                           : std::string("cannot be read: ") + std::strerror(errno);
  }
  struct stat status {};
  if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return "is not a regular file";
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > most) return fmt::format("has {} bytes: at most {} are allowed", size, most);
  bytes.resize(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(file.number(), bytes.data() + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return "ends before its declared size";
    done += static_cast<std::size_t>(got);
  }
  return {};
}

std::size_t entries_of(const WantedTensor& tensor) {
  std::size_t entries = 1;
  for (const std::int64_t extent : tensor.shape) entries *= static_cast<std::size_t>(extent);
  return entries;
}

void require_as_wanted(const CaseFile& file, const WantedTensor& wanted) {
  const auto found = file.tensors.find(wanted.name);
  if (found == file.tensors.end()) {
    throw SubjectError("did not return tensor '" + wanted.name + "'", Failure::wrong_shape);
  }
  const Tensor& tensor = found->second;
  if (tensor.dtype == wanted.dtype && tensor.shape == wanted.shape) return;
  throw SubjectError(fmt::format("returned tensor '{}' as {} [{}], not as {} [{}]", wanted.name,
                                 name(tensor.dtype), fmt::join(tensor.shape, ", "),
                                 name(wanted.dtype), fmt::join(wanted.shape, ", ")),
                     Failure::wrong_shape);
}

/// The header of a file that could not be read, as far as it is JSON.
nlohmann::json header_of(const Bytes& bytes) {
  std::uint64_t size = 0;
  if (bytes.size() < sizeof size) return {};
  std::memcpy(&size, bytes.data(), sizeof size);
  if (size > bytes.size() - sizeof size) return {};
  const char* first = reinterpret_cast<const char*>(bytes.data()) + sizeof size;
  return nlohmann::json::parse(first, first + size, nullptr, false);
}

/// A file may be unreadable because a tensor has a type that case files never have, such as BF16:
/// then reports that type.
void require_known_types(const Bytes& bytes, const std::vector<WantedTensor>& wanted) {
  const nlohmann::json header = header_of(bytes);
  if (!header.is_object()) return;
  for (const WantedTensor& tensor : wanted) {
    const auto entry = header.find(tensor.name);
    if (entry == header.end() || !entry->is_object()) continue;
    const auto type = entry->find("dtype");
    if (type == entry->end() || !type->is_string()) continue;
    const auto given = type->get<std::string>();
    if (given == name(tensor.dtype)) continue;
    throw SubjectError(fmt::format("returned tensor '{}' as {}, not as {}", tensor.name,
                                   on_one_line(given), name(tensor.dtype)),
                       Failure::wrong_shape);
  }
}

}  // namespace

Sealed::Sealed(fs::path path) : path_(std::move(path)) {
  read_whole(path_, SIZE_MAX, bytes_);
}

bool Sealed::is_broken() const {
  Bytes now;
  return !read_whole(path_, bytes_.size(), now).empty() || now != bytes_;
}

std::map<std::string, Tensor> read_result(const fs::path& path,
                                          const std::vector<WantedTensor>& wanted) {
  std::size_t most = room_for_header;
  for (const WantedTensor& tensor : wanted) most += 4 * 8 * entries_of(tensor);
  const auto bytes = std::make_shared<Bytes>();
  if (const std::string problem = read_whole(path, most, *bytes); !problem.empty()) {
    throw SubjectError("wrote no usable result file: it " + problem, Failure::protocol_error);
  }
  CaseFile file;
  try {
    file = parse_case_file(*bytes, bytes);
  } catch (const ContractError& error) {
    require_known_types(*bytes, wanted);
    throw SubjectError(
        std::string("wrote a result file that is not a safetensors file: ") + error.what(),
        Failure::protocol_error);
  }
  std::map<std::string, Tensor> tensors;
  for (const WantedTensor& tensor : wanted) {
    require_as_wanted(file, tensor);
    tensors[tensor.name] = file.tensors.at(tensor.name);
  }
  return tensors;
}

}  // namespace slim::properties::foreign
