// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slim {

class OwnMap;

/// Element types of tensors in case files; little-endian.
enum class Dtype { F32, F64, F16, BF16, I32, I64, U8 };
std::string_view name(Dtype dtype);
std::size_t size_of(Dtype dtype);

/// One tensor: a view of row-major bytes, and the owner that keeps them alive.
struct Tensor {
  Dtype dtype = Dtype::F64;
  std::vector<std::int64_t> shape;  ///< empty for a scalar
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
  bool mapped = false;  ///< the bytes are a mapped file, whose pages can be released

  [[nodiscard]] std::size_t size() const;
  /// Element i as a double. Exact for all types but I64 beyond 2^53.
  [[nodiscard]] double real(std::size_t i) const;
  /// Element i as an integer. Requires an integer type.
  [[nodiscard]] std::int64_t integer(std::size_t i) const;
  /// Copies every element as a double, in order. Pages of a mapped file are released after they
  /// have been read, so that a large file and its copy are not in memory together. Requires `out`
  /// to have as many entries as the tensor.
  void copy_to(std::span<double> out) const;
};

Tensor make_tensor(const std::vector<std::int64_t>& shape, std::span<const double> values);
Tensor make_tensor(const std::vector<std::int64_t>& shape, std::span<const float> values);
Tensor make_tensor(const std::vector<std::int64_t>& shape, std::span<const std::int64_t> values);
/// Of the bytes of any type. Throws ContractError unless they are as many as type and shape say.
Tensor make_tensor(Dtype dtype, const std::vector<std::int64_t>& shape,
                   std::span<const std::byte> bytes);

/// The contents of a case file: named tensors and string metadata in one safetensors file.
/// Source: https://github.com/huggingface/safetensors (8 bytes little-endian header length, JSON
/// header, raw bytes).
struct CaseFile {
  std::map<std::string, Tensor, std::less<>> tensors;
  std::map<std::string, std::string, std::less<>> metadata;
  /// Of the subject, if the case has the feature map "own"; it is not stored.
  const OwnMap* own_map = nullptr;

  [[nodiscard]] bool has(std::string_view tensor) const { return tensors.contains(tensor); }
  /// Throws ContractError that names the tensor when it is missing.
  [[nodiscard]] const Tensor& tensor(std::string_view name) const;
  /// Throws ContractError that names the key when it is missing.
  [[nodiscard]] const std::string& text(std::string_view key) const;
  /// Throws ContractError unless the value is an integer in [lowest, highest].
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t lowest,
                                     std::int64_t highest) const;
};

/// Parses untrusted bytes: checks header length, JSON, names, types, shapes, offsets, overlap and
/// gaps. The tensors are views of the bytes and share their owner. Throws ContractError with a
/// one-line message.
CaseFile parse_case_file(std::span<const std::byte> bytes,
                         const std::shared_ptr<const void>& owner);

/// Maps the file and parses it. Throws ContractError with a one-line message that begins with the
/// path.
CaseFile read_case_file(const std::filesystem::path& path);

/// Writes to a temporary file, then renames it: readers see either the old or the complete new
/// file. Throws ContractError when the file cannot be written.
void write_case_file(const std::filesystem::path& path, const CaseFile& file);

}  // namespace slim
