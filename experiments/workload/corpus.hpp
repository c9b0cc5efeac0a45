// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/model/sequences.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace slim::experiments {

/// The text of the Collaborative International Dictionary of English in Debian's package
/// dict-gcide, 40 MB.
inline constexpr const char* default_corpus = "/usr/share/dictd/gcide.dict.dz";

/// The bytes of a text as tokens, plain or gzip (including dictzip and several members). Sequence b
/// holds bytes b·L … b·L + L, so sequences are consecutive and every byte but the first is a target
/// once. Only the required bytes are read and decompressed.
/// Throws ContractError, one line that starts with the path, when the file is missing, empty,
/// corrupt or too short, or contains a byte above vocab_size - 1.
Sequences read_corpus(const std::filesystem::path& file, Index batch, Index length,
                      Index vocab_size);

/// Number of bytes of the text, at most `most`. Throws like read_corpus.
Index text_length(const std::filesystem::path& file, Index most);

/// A range of the text in a file.
struct TextPart {
  std::filesystem::path file;
  std::uint64_t first = 0;  ///< first byte, in the decompressed text
  std::uint64_t bytes = 0;
};

/// Training and validation parts of a text.
struct TextParts {
  TextPart train;
  TextPart held_out;
};

/// enwik8: its first 90 MB and the 5 MB after them. Penn Treebank's FILE.train.txt, compressed or
/// not: the file, and FILE.valid.txt in the same folder if it exists. Any other text: the first
/// nine tenths, and half of the rest. Decompresses the whole text once.
/// Throws ContractError like read_corpus.
TextParts text_parts(const std::filesystem::path& file);

/// Bytes [first, first + count) of the decompressed text. Throws ContractError like read_corpus.
std::vector<unsigned char> corpus_bytes(const std::filesystem::path& file, std::uint64_t first,
                                        std::uint64_t count, Index vocab_size);

/// SHA-1 of the file, without decompression, in hexadecimal, like sha1sum.
/// Throws ContractError when it cannot be read.
std::string corpus_sha1(const std::filesystem::path& file);

/// Identifies a text: its SHA-1 and, if its held-out text is a separate file (Penn Treebank's), "+"
/// and the SHA-1 of that.
/// Throws ContractError when either cannot be read.
std::string corpus_identity(const std::filesystem::path& file);

}  // namespace slim::experiments
