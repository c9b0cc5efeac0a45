// SPDX-License-Identifier: Apache-2.0
#include "experiments/workload/corpus.hpp"

#include "experiments/slim_measure/temporary_folder.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <boost/iostreams/copy.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace slim::experiments {
namespace {

std::string gzipped(const std::string& text) {
  std::istringstream plain(text);
  std::ostringstream packed;
  boost::iostreams::filtering_ostream out;
  out.push(boost::iostreams::gzip_compressor());
  out.push(packed);
  boost::iostreams::copy(plain, out);
  return packed.str();
}

std::string tokens_as_text(const Sequences& sequences, Index b) {
  std::string text;
  for (const std::int32_t token : sequences.tokens(b)) text += static_cast<char>(token);
  return text;
}

/// The error message of reading, or empty.
std::string refusal(const std::filesystem::path& file, Index batch = 1, Index length = 3,
                    Index vocab_size = 256) {
  try {
    read_corpus(file, batch, length, vocab_size);
  } catch (const ContractError& error) {
    return error.what();
  }
  return "";
}

class Corpus : public testing::Test {
 protected:
  std::filesystem::path file(const std::string& name, const std::string& bytes) {
    return folder_.write(name, bytes);
  }
  TemporaryFolder folder_;
};

TEST_F(Corpus, ConsecutiveSequencesShareOneByte) {
  const Sequences sequences = read_corpus(file("plain", "abcdefgh"), 2, 3, 256);
  EXPECT_EQ(tokens_as_text(sequences, 0), "abcd");
  EXPECT_EQ(tokens_as_text(sequences, 1), "defg");
}

TEST_F(Corpus, BytesBeyondAsciiAreTokensFrom128) {
  const Sequences sequences = read_corpus(file("plain", "\xff\x80z"), 1, 2, 256);
  EXPECT_EQ(sequences.input(0, 0), 255);
  EXPECT_EQ(sequences.target(0, 0), 128);
}

TEST_F(Corpus, GzipIsDecompressed) {
  EXPECT_EQ(tokens_as_text(read_corpus(file("text.gz", gzipped("hello")), 1, 4, 256), 0), "hello");
}

TEST_F(Corpus, SeveralGzipMembersFormOneText) {
  const auto packed = file("text.gz", gzipped("hel") + gzipped("lo"));
  EXPECT_EQ(tokens_as_text(read_corpus(packed, 1, 4, 256), 0), "hello");
}

TEST_F(Corpus, GzipIsRecognisedByItsBytesNotByItsName) {
  const auto packed = file("text.txt", gzipped("hello"));
  EXPECT_EQ(tokens_as_text(read_corpus(packed, 1, 4, 256), 0), "hello");
}

TEST_F(Corpus, ErrorsNameMissingEmptyShortAndInvalidTexts) {
  EXPECT_NE(refusal(folder_.path() / "none").find("none: no such file"), std::string::npos);
  EXPECT_NE(refusal(folder_.path()).find("is not a regular file"), std::string::npos);
  EXPECT_NE(refusal(file("empty", "")).find("empty: is empty"), std::string::npos);
  EXPECT_NE(refusal(file("empty.gz", gzipped(""))).find("empty.gz: is empty"), std::string::npos);
  EXPECT_NE(refusal(file("short", "abc")).find("its text has 3 bytes, and 4 are needed"),
            std::string::npos);
  EXPECT_EQ(refusal(file("enough", "abcd")), "");
  EXPECT_NE(refusal(file("foreign", "abcz"), 1, 3, 122).find("byte 122 is not a token"),
            std::string::npos);
}

TEST_F(Corpus, CorruptGzipIsRejected) {
  std::string text(1000, 'x');
  text += "and then some more that differs";
  std::string packed = gzipped(text);
  const std::string cut = packed.substr(0, packed.size() / 2);
  packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 0x55);
  EXPECT_NE(refusal(file("corrupt.gz", packed), 1, 1030).find("corrupt.gz: is corrupt"),
            std::string::npos);
  EXPECT_NE(refusal(file("cut.gz", cut), 1, 1030), "");
  EXPECT_NE(refusal(file("head.gz", "\x1f\x8b no more")).find("is corrupt"), std::string::npos);
}

TEST_F(Corpus, OnlyTheRequiredBytesAreDecompressed) {
  // Corrupt after the first 4 bytes, and only these are requested.
  EXPECT_EQ(
      refusal(file("tail.gz", gzipped("abcd") + gzipped(std::string(100000, 'y')).substr(0, 30))),
      "");
}

TEST_F(Corpus, Sha1EqualsTheOutputOfSha1sum) {
  EXPECT_EQ(corpus_sha1(file("abc", "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST_F(Corpus, IdentityIncludesPennTreebanksValidationText) {
  const auto text = file("ptb.train.txt", "abc");
  EXPECT_EQ(corpus_identity(text), corpus_sha1(text)) << "without a validation text";
  const auto held_out = file("ptb.valid.txt", "abd");
  EXPECT_EQ(corpus_identity(text), corpus_sha1(text) + "+" + corpus_sha1(held_out));
  EXPECT_EQ(corpus_identity(held_out), corpus_sha1(held_out))
      << "this text has no separate validation text";
}

TEST(DefaultCorpus, IsTheDictionaryIfInstalled) {
  if (!std::filesystem::exists(default_corpus)) GTEST_SKIP() << "dict-gcide is not installed";
  const Sequences sequences = read_corpus(default_corpus, 1, 1 << 20, 256);
  EXPECT_NE(tokens_as_text(sequences, 0).find("Collaborative International Dictionary"),
            std::string::npos);
}

}  // namespace
}  // namespace slim::experiments
