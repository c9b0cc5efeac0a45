#pragma once

#include "reference/vocabulary/model/sequences.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace slim::experiments {

/// Where Debian's package dict-gcide puts the Collaborative International Dictionary of English,
/// 40 MB of text.
inline constexpr const char* default_corpus = "/usr/share/dictd/gcide.dict.dz";

/// The bytes of a real text as tokens, plain or gzip (dictzip and several members are gzip too).
/// Sequence b holds bytes b·L … b·L + L, so that sequences follow each other, and every byte but
/// the first is a target once. Only the bytes that are needed are read and unpacked.
/// Throws ContractError, one line that starts with the path, when the file is missing, empty,
/// corrupt or too short, or holds a byte that is no token (vocab_size - 1 is the largest).
Sequences read_corpus(const std::filesystem::path& file, Index batch, Index length,
                      Index vocab_size);

/// How many bytes the text has, of at most `most`. Throws as read_corpus does.
Index text_length(const std::filesystem::path& file, Index most);

/// A stretch of the text in a file.
struct TextPart {
  std::filesystem::path file;
  std::uint64_t first = 0;  ///< byte of the unpacked text
  std::uint64_t bytes = 0;
};

/// What a model is trained on, and what it is validated on.
struct TextParts {
  TextPart train;
  TextPart held_out;
};

/// enwik8: its first 90 MB and the 5 MB after them. Penn Treebank's FILE.train.txt, packed or not:
/// the file, and FILE.valid.txt beside it where there is one. Any other text: the first nine tenths
/// and half of the rest, the same shares. Unpacks the whole text once.
/// Throws ContractError like read_corpus.
TextParts text_parts(const std::filesystem::path& file);

/// Bytes [first, first + count) of the unpacked text. Throws ContractError like read_corpus.
std::vector<unsigned char> corpus_bytes(const std::filesystem::path& file, std::uint64_t first,
                                        std::uint64_t count, Index vocab_size);

/// SHA-1 of the file as it lies there, packed or not, in hexadecimal: what sha1sum prints.
/// Throws ContractError when it cannot be read.
std::string corpus_sha1(const std::filesystem::path& file);

/// What tells one text from another: its SHA-1, and that of the held-out text which lies beside it
/// as a file of its own (Penn Treebank's), with a "+" between.
/// Throws ContractError when either cannot be read.
std::string corpus_identity(const std::filesystem::path& file);

}  // namespace slim::experiments
