// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/case_file/case_file.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"
#include "reference/vocabulary/system/atomic_file.hpp"
#include "reference/vocabulary/system/strict_json.hpp"

#include <boost/iostreams/device/mapped_file.hpp>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace slim {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t largest_header = std::uint64_t{100} << 20;
constexpr std::size_t largest_rank = 8;
constexpr int deepest_header = 3;

Dtype parse_dtype(const std::string& text) {
  for (const Dtype dtype :
       {Dtype::F32, Dtype::F64, Dtype::F16, Dtype::BF16, Dtype::I32, Dtype::I64, Dtype::U8}) {
    if (text == name(dtype)) return dtype;
  }
  throw ContractError("dtype '" + on_one_line(text) +
                      "' is unknown: allowed are F32, F64, F16, BF16, I32, I64, U8");
}

template <class T>
T element(std::span<const std::byte> bytes, std::size_t i) {
  T value{};
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

template <class T>
Tensor owning_tensor(Dtype dtype, const std::vector<std::int64_t>& shape,
                     std::span<const T> values) {
  auto owner = std::make_shared<std::vector<T>>(values.begin(), values.end());
  Tensor tensor{.dtype = dtype,
                .shape = shape,
                .bytes = std::as_bytes(std::span<const T>(*owner)),
                .owner = owner};
  require(tensor.size() == values.size(),
          "the number of values must match the shape of the tensor");
  return tensor;
}

std::vector<std::int64_t> read_shape(const Json& entry) {
  require(entry.contains("shape") && entry["shape"].is_array(), "shape must be an array");
  require(entry["shape"].size() <= largest_rank, "shape must have at most 8 axes");
  std::vector<std::int64_t> shape;
  for (const Json& extent : entry["shape"]) {
    require(extent.is_number_unsigned() && extent.get<std::uint64_t>() < (std::uint64_t{1} << 48),
            "extents must be integers from 0 to 2^48 - 1");
    shape.push_back(extent.get<std::int64_t>());
  }
  return shape;
}

struct Range {
  std::uint64_t begin;
  std::uint64_t end;
};

Range read_offsets(const Json& entry, std::uint64_t data_size) {
  require(entry.contains("data_offsets") && entry["data_offsets"].is_array() &&
              entry["data_offsets"].size() == 2 && entry["data_offsets"][0].is_number_unsigned() &&
              entry["data_offsets"][1].is_number_unsigned(),
          "data_offsets must be [begin, end]");
  const Range range{entry["data_offsets"][0].get<std::uint64_t>(),
                    entry["data_offsets"][1].get<std::uint64_t>()};
  require(range.begin <= range.end && range.end <= data_size,
          "data_offsets must be inside the " + std::to_string(data_size) + " bytes of data");
  return range;
}

/// Bytes of a tensor of this type and shape. Throws if the product overflows.
std::uint64_t checked_bytes(Dtype dtype, const std::vector<std::int64_t>& shape) {
  std::uint64_t bytes = size_of(dtype);
  for (const std::int64_t extent : shape) {
    std::uint64_t product = 0;
    require(!__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &product),
            "the size of the tensor must fit in 64 bits");
    bytes = product;
  }
  return bytes;
}

Tensor read_tensor(const Json& entry, std::span<const std::byte> data,
                   const std::shared_ptr<const void>& owner, Range& range) {
  require(entry.is_object(), "must be an object with dtype, shape, data_offsets");
  require(entry.contains("dtype") && entry["dtype"].is_string(), "dtype must be a string");
  Tensor tensor;
  tensor.dtype = parse_dtype(entry["dtype"].get<std::string>());
  tensor.shape = read_shape(entry);
  range = read_offsets(entry, data.size());
  require(checked_bytes(tensor.dtype, tensor.shape) == range.end - range.begin,
          "data_offsets must span as many bytes as dtype and shape say");
  tensor.bytes = data.subspan(range.begin, range.end - range.begin);
  tensor.owner = owner;
  return tensor;
}

void require_tiling(std::vector<Range> ranges, std::uint64_t data_size) {
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::uint64_t end = 0;
  for (const Range& range : ranges) {
    require(range.begin == end, "tensors must follow one another without overlap or gap");
    end = range.end;
  }
  require(end == data_size, "tensors must cover all of the data");
}

/// Releases the memory of whole pages of a mapped file. They are read from the file again on the
/// next access.
void give_back(std::span<const std::byte> bytes) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t into_page = reinterpret_cast<std::uintptr_t>(bytes.data()) % page;
  const std::size_t skipped = (page - into_page) % page;
  if (bytes.size() < skipped + page) return;
  const std::span<const std::byte> whole =
      bytes.subspan(skipped, (bytes.size() - skipped) / page * page);
  ::madvise(const_cast<std::byte*>(whole.data()), whole.size(), MADV_DONTNEED);
}

}  // namespace

std::string_view name(Dtype dtype) {
  constexpr std::string_view names[] = {"F32", "F64", "F16", "BF16", "I32", "I64", "U8"};
  return names[static_cast<std::size_t>(dtype)];
}

std::size_t size_of(Dtype dtype) {
  constexpr std::size_t sizes[] = {4, 8, 2, 2, 4, 8, 1};
  return sizes[static_cast<std::size_t>(dtype)];
}

std::size_t Tensor::size() const {
  std::size_t size = 1;
  for (const std::int64_t extent : shape) size *= static_cast<std::size_t>(extent);
  return size;
}

double Tensor::real(std::size_t i) const {
  switch (dtype) {
    case Dtype::F32:
      return element<float>(bytes, i);
    case Dtype::F64:
      return element<double>(bytes, i);
    case Dtype::F16:
      return static_cast<float>(element<Float16>(bytes, i));
    case Dtype::BF16:
      return static_cast<float>(element<BFloat16>(bytes, i));
    default:
      return static_cast<double>(integer(i));
  }
}

std::int64_t Tensor::integer(std::size_t i) const {
  switch (dtype) {
    case Dtype::I32:
      return element<std::int32_t>(bytes, i);
    case Dtype::I64:
      return element<std::int64_t>(bytes, i);
    case Dtype::U8:
      return element<std::uint8_t>(bytes, i);
    default:
      throw ContractError("an integer tensor must have dtype I32, I64 or U8");
  }
}

void Tensor::copy_to(std::span<double> out) const {
  constexpr std::size_t window = std::size_t{1} << 20;
  require(out.size() == size(), "the output must have as many entries as the tensor");
  for (std::size_t first = 0; first < out.size(); first += window) {
    const std::size_t last = std::min(first + window, out.size());
    for (std::size_t i = first; i < last; ++i) out[i] = real(i);
    if (mapped) give_back(bytes.subspan(first * size_of(dtype), (last - first) * size_of(dtype)));
  }
}

Tensor make_tensor(const std::vector<std::int64_t>& shape, std::span<const double> values) {
  return owning_tensor(Dtype::F64, shape, values);
}

Tensor make_tensor(const std::vector<std::int64_t>& shape, std::span<const float> values) {
  return owning_tensor(Dtype::F32, shape, values);
}

Tensor make_tensor(const std::vector<std::int64_t>& shape, std::span<const std::int64_t> values) {
  return owning_tensor(Dtype::I64, shape, values);
}

Tensor make_tensor(Dtype dtype, const std::vector<std::int64_t>& shape,
                   std::span<const std::byte> bytes) {
  require(checked_bytes(dtype, shape) == bytes.size(),
          "the number of bytes must match the type and shape of the tensor");
  Tensor tensor = owning_tensor(Dtype::U8, {static_cast<std::int64_t>(bytes.size())}, bytes);
  tensor.dtype = dtype;
  tensor.shape = shape;
  return tensor;
}

const Tensor& CaseFile::tensor(std::string_view name) const {
  const auto found = tensors.find(name);
  require(found != tensors.end(), "the case has no tensor '" + std::string(name) + "'");
  return found->second;
}

const std::string& CaseFile::text(std::string_view key) const {
  const auto found = metadata.find(key);
  require(found != metadata.end(), "the case has no metadata '" + std::string(key) + "'");
  return found->second;
}

std::int64_t CaseFile::integer(std::string_view key, std::int64_t lowest,
                               std::int64_t highest) const {
  const std::string& digits = text(key);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  require(error == std::errc{} && end == digits.data() + digits.size() && value >= lowest &&
              value <= highest,
          "metadata '" + std::string(key) + "' must be an integer from " + std::to_string(lowest) +
              " to " + std::to_string(highest) + ", not '" + on_one_line(digits, 40) + "'");
  return value;
}

CaseFile parse_case_file(std::span<const std::byte> bytes,
                         const std::shared_ptr<const void>& owner) {
  require(bytes.size() >= 8, "a case file must have at least 8 bytes");
  const auto header_size = element<std::uint64_t>(bytes, 0);
  require(header_size <= largest_header && header_size <= bytes.size() - 8,
          "the header length " + std::to_string(header_size) +
              " must be within the file and at most 100 MiB");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 8, header_size);
  const std::span<const std::byte> data = bytes.subspan(8 + header_size);
  const Json header = parse_strictly(text, deepest_header, "the header");
  require(header.is_object(), "the header must be a JSON object");

  CaseFile file;
  std::vector<Range> ranges;
  for (const auto& [key, entry] : header.items()) {
    if (key == "__metadata__") {
      require(entry.is_object(), "__metadata__ must be an object of strings");
      for (const auto& [name, value] : entry.items()) {
        require(value.is_string(), "metadata '" + on_one_line(name) + "' must be a string");
        file.metadata[name] = value.get<std::string>();
      }
      continue;
    }
    Range range{};
    try {
      file.tensors[key] = read_tensor(entry, data, owner, range);
    } catch (const ContractError& error) {
      throw ContractError("tensor '" + on_one_line(key) + "': " + error.what());
    }
    ranges.push_back(range);
  }
  require_tiling(std::move(ranges), data.size());
  return file;
}

CaseFile read_case_file(const std::filesystem::path& path) {
  try {
    std::error_code status;
    require(std::filesystem::is_regular_file(path, status), "is not a readable file");
    require(std::filesystem::file_size(path, status) >= 8,
            "a case file must have at least 8 bytes");
    auto mapped = std::make_shared<boost::iostreams::mapped_file_source>();
    mapped->open(path.string());
    const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(mapped->data()),
                                           mapped->size());
    CaseFile file = parse_case_file(bytes, mapped);
    for (auto& [name, tensor] : file.tensors) tensor.mapped = true;
    return file;
  } catch (const std::exception& error) {
    throw ContractError(path.string() + ": " + on_one_line(error.what(), 400));
  }
}

void write_case_file(const std::filesystem::path& path, const CaseFile& file) {
  Json header = Json::object();
  header["__metadata__"] = file.metadata;
  std::uint64_t offset = 0;
  for (const auto& [key, tensor] : file.tensors) {
    header[key] = {{"dtype", name(tensor.dtype)},
                   {"shape", tensor.shape},
                   {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception&) {
    throw ContractError(path.string() + ": names and metadata of a case must be UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');

  AtomicFile out(path);
  const std::uint64_t size = text.size();
  out.write({reinterpret_cast<const char*>(&size), sizeof(size)});
  out.write(text);
  for (const auto& [key, tensor] : file.tensors) {
    out.write({reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size()});
  }
  out.commit();
}

}  // namespace slim
