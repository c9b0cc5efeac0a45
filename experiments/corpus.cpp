#include "experiments/corpus.hpp"

#include "reference/vocabulary/contract.hpp"

#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <boost/uuid/detail/sha1.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
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
  require(fs::is_regular_file(file, status), "corpus " + file.string() + ": is not a file");
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

/// The first `count` bytes of the text, or all when there are fewer.
std::vector<char> first_bytes(const fs::path& file, std::size_t count) {
  std::ifstream stream = open(file);
  boost::iostreams::filtering_istream text;
  if (is_gzip(stream)) text.push(boost::iostreams::gzip_decompressor());
  text.push(stream);
  text.exceptions(std::ios::badbit);
  std::vector<char> bytes(count);
  try {
    text.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(text.gcount()));
    text.clear();
    text.peek();  // where the text ends here, this is what checks its sum
  } catch (const std::exception& error) {
    throw ContractError(fmt::format("corpus {}: is corrupt: {}", file.string(), error.what()));
  }
  return bytes;
}

}  // namespace

Sequences read_corpus(const fs::path& file, Index batch, Index length, Index vocab_size) {
  const auto needed = static_cast<std::size_t>(batch * length + 1);
  const std::vector<char> bytes = first_bytes(file, needed);
  require(!bytes.empty(), "corpus " + file.string() + ": is empty");
  require(bytes.size() == needed,
          fmt::format("corpus {}: is too short: its text has {} bytes, and {} are needed (batch {} "
                      "× length {} + 1)",
                      file.string(), bytes.size(), needed, batch, length));
  const auto unknown = std::find_if(bytes.begin(), bytes.end(), [vocab_size](char byte) {
    return static_cast<unsigned char>(byte) >= vocab_size;
  });
  require(
      unknown == bytes.end(),
      fmt::format("corpus {}: byte {} is no token of a vocabulary of {}; 256 takes any text",
                  file.string(), unknown == bytes.end() ? 0 : static_cast<unsigned char>(*unknown),
                  vocab_size));
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
  boost::uuids::detail::sha1 sha1;
  std::vector<char> block(1 << 16);
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())),
         stream.gcount() > 0) {
    sha1.process_bytes(block.data(), static_cast<std::size_t>(stream.gcount()));
  }
  require(!stream.bad(), "corpus " + file.string() + ": cannot be read to its end");
  boost::uuids::detail::sha1::digest_type digest;
  sha1.get_digest(digest);
  std::string text;
  for (const unsigned int word : digest) text += fmt::format("{:08x}", word);
  return text;
}

}  // namespace slim::experiments
