// SPDX-License-Identifier: Apache-2.0
#include "experiments/workload/corpus.hpp"

#include "experiments/workload/sha1.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <new>
#include <optional>
#include <string_view>
#include <vector>

namespace slim::experiments {
namespace {

namespace fs = std::filesystem;

std::ifstream open(const fs::path& file) {
  std::error_code status;
  require(fs::exists(file, status),
          fmt::format("corpus {}: no such file; give a text with --corpus FILE, plain or gzip "
                      "(the default comes with Debian's package dict-gcide)",
                      file.string()));
  require(fs::is_regular_file(file, status), "corpus " + file.string() + ": is not a regular file");
  std::ifstream stream(file, std::ios::binary);
  require(stream.is_open(), "corpus " + file.string() + ": cannot be read");
  require(stream.peek() != std::ifstream::traits_type::eof(),
          "corpus " + file.string() + ": is empty");
  return stream;
}

bool is_gzip(std::ifstream& stream) {
  std::array<char, 2> magic{};
  stream.read(magic.data(), magic.size());
  stream.clear();
  stream.seekg(0);
  return magic[0] == '\x1f' && magic[1] == '\x8b';
}

/// Calls `read` with the decompressed text as a stream that throws when the data are corrupt.
template <class Read>
void unpack(const fs::path& file, const Read& read) {
  std::ifstream stream = open(file);
  boost::iostreams::filtering_istream text;
  if (is_gzip(stream)) text.push(boost::iostreams::gzip_decompressor());
  text.push(stream);
  text.exceptions(std::ios::badbit);
  try {
    read(text);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw ContractError(fmt::format("corpus {}: is corrupt: {}", file.string(), error.what()));
  }
}

/// The first `count` bytes of the text, or the whole text if it is shorter.
std::vector<char> first_bytes(const fs::path& file, std::size_t count) {
  std::vector<char> bytes(count);
  unpack(file, [&](std::istream& text) {
    text.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(text.gcount()));
    text.clear();
    text.peek();  // if the text ends here, this verifies its checksum
  });
  return bytes;
}

std::uint64_t text_size(const fs::path& file) {
  std::uint64_t size = 0;
  unpack(file, [&](std::istream& text) {
    std::vector<char> block(1 << 16);
    while (text.read(block.data(), static_cast<std::streamsize>(block.size())), text.gcount() > 0) {
      size += static_cast<std::uint64_t>(text.gcount());
    }
  });
  return size;
}

/// FILE.valid.txt for FILE.train.txt, if it exists.
std::optional<fs::path> held_out_sibling(const fs::path& file) {
  constexpr std::string_view mark = "train.txt";
  std::string sibling = file.filename().string();
  const std::size_t at = sibling.find(mark);
  if (at == std::string::npos) return std::nullopt;
  sibling.replace(at, mark.size(), "valid.txt");
  const fs::path path = file.parent_path() / sibling;
  std::error_code status;
  return fs::is_regular_file(path, status) ? std::optional(path) : std::nullopt;
}

template <class Bytes>
void require_tokens(const fs::path& file, const Bytes& bytes, Index vocab_size) {
  const auto unknown = std::find_if(bytes.begin(), bytes.end(), [vocab_size](auto byte) {
    return static_cast<unsigned char>(byte) >= vocab_size;
  });
  require(
      unknown == bytes.end(),
      fmt::format("corpus {}: byte {} is not a token of a vocabulary of {}; 256 accepts any text",
                  file.string(), unknown == bytes.end() ? 0 : static_cast<unsigned char>(*unknown),
                  vocab_size));
}

}  // namespace

TextParts text_parts(const fs::path& file) {
  const std::uint64_t size = text_size(file);
  if (const std::optional<fs::path> sibling = held_out_sibling(file)) {
    return {.train = {.file = file, .first = 0, .bytes = size},
            .held_out = {.file = *sibling, .first = 0, .bytes = text_size(*sibling)}};
  }
  // For enwik8's 10^8 bytes these are 90 MB and 5 MB.
  const std::uint64_t train = size / 10 * 9;
  return {.train = {.file = file, .first = 0, .bytes = train},
          .held_out = {.file = file, .first = train, .bytes = size / 20}};
}

std::vector<unsigned char> corpus_bytes(const fs::path& file, std::uint64_t first,
                                        std::uint64_t count, Index vocab_size) {
  std::vector<unsigned char> bytes(count);
  std::uint64_t got = 0;
  unpack(file, [&](std::istream& text) {
    text.ignore(static_cast<std::streamsize>(first));
    text.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(count));
    got = static_cast<std::uint64_t>(text.gcount());
  });
  require(got == count, fmt::format("corpus {}: is too short: bytes {} to {} are needed",
                                    file.string(), first, first + count));
  require_tokens(file, bytes, vocab_size);
  return bytes;
}

Sequences read_corpus(const fs::path& file, Index batch, Index length, Index vocab_size) {
  const auto needed = static_cast<std::size_t>(batch * length + 1);
  const std::vector<char> bytes = first_bytes(file, needed);
  require(!bytes.empty(), "corpus " + file.string() + ": is empty");
  require(bytes.size() == needed,
          fmt::format("corpus {}: is too short: its text has {} bytes, and {} are needed (batch {} "
                      "× length {} + 1)",
                      file.string(), bytes.size(), needed, batch, length));
  require_tokens(file, bytes, vocab_size);
  Sequences sequences(batch, length);
  for (Index b = 0; b < batch; ++b) {
    std::transform(bytes.begin() + b * length, bytes.begin() + (b + 1) * length + 1,
                   sequences.tokens(b).begin(),
                   [](char byte) { return static_cast<unsigned char>(byte); });
  }
  return sequences;
}

Index text_length(const fs::path& file, Index most) {
  return static_cast<Index>(first_bytes(file, static_cast<std::size_t>(most)).size());
}

std::string corpus_sha1(const fs::path& file) {
  std::ifstream stream = open(file);
  Sha1 sha1;
  std::vector<char> block(1 << 16);
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())),
         stream.gcount() > 0) {
    sha1.add(block.data(), static_cast<std::size_t>(stream.gcount()));
  }
  require(!stream.bad(), "corpus " + file.string() + ": cannot be read to its end");
  return sha1.hex();
}

std::string corpus_identity(const fs::path& file) {
  const std::string own = corpus_sha1(file);
  const std::optional<fs::path> sibling = held_out_sibling(file);
  return sibling ? own + "+" + corpus_sha1(*sibling) : own;
}

}  // namespace slim::experiments
