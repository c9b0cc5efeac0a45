#pragma once

#include "reference/vocabulary/sequences.hpp"

#include <filesystem>
#include <string>

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

/// SHA-1 of the file as it lies there, packed or not, in hexadecimal: what sha1sum prints.
/// Throws ContractError when it cannot be read.
std::string corpus_sha1(const std::filesystem::path& file);

}  // namespace slim::experiments
