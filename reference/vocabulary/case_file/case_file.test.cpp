// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/case_file/case_file.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/atomic_file.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

namespace slim {
namespace {

/// A file with this header and data; `length` overrides the header length.
std::string file_of(const std::string& header, const std::string& data,
                    std::uint64_t length = std::numeric_limits<std::uint64_t>::max()) {
  if (length == std::numeric_limits<std::uint64_t>::max()) length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

/// The error message of reading the bytes as a case file. Checks that it is one line, and that only
/// ContractError is thrown.
std::string refusal(const std::string& bytes) {
  const TestFolder folder;
  const std::filesystem::path path = folder.path() / "case.safetensors";
  write_file(path, bytes);
  try {
    read_case_file(path);
  } catch (const ContractError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    EXPECT_LT(std::strlen(error.what()), 700U);
    EXPECT_TRUE(std::string(error.what()).starts_with(path.string() + ": ")) << error.what();
    return std::string(error.what()).substr(path.string().size() + 2);
  }
  return "accepted";
}

/// A header with one tensor 'a' with these fields.
std::string tensor_a(const std::string& dtype, const std::string& shape,
                     const std::string& offsets) {
  return R"({"a":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets +
         "}}";
}

void expect_refused(const std::string& bytes, const std::string& because) {
  const std::string message = refusal(bytes);
  EXPECT_NE(message.find(because), std::string::npos) << message << "\nexpected: " << because;
}

const std::string eight(8, '\1');

TEST(CaseFile, SurvivesARoundTrip) {
  const TestFolder folder;
  CaseFile file;
  const double reals[] = {1.5, -0.0, 1e-310, std::numeric_limits<double>::infinity(), 5, 6};
  const float singles[] = {0.1F};
  const std::int64_t integers[] = {-1, std::int64_t{1} << 60};
  file.tensors["reals"] = make_tensor({2, 3}, std::span<const double>(reals));
  file.tensors["scalar"] = make_tensor({}, std::span<const float>(singles));
  file.tensors["integers"] = make_tensor({2}, std::span<const std::int64_t>(integers));
  file.tensors["nothing"] = make_tensor({0, 7}, std::span<const double>());
  file.metadata["source"] = "a \"quoted\" line\nand another, über";
  write_case_file(folder.path() / "a", file);

  const CaseFile back = read_case_file(folder.path() / "a");
  EXPECT_EQ(back.metadata, file.metadata);
  ASSERT_EQ(back.tensors.size(), 4U);
  for (const auto& [name, tensor] : file.tensors) {
    EXPECT_EQ(back.tensor(name).dtype, tensor.dtype);
    EXPECT_EQ(back.tensor(name).shape, tensor.shape);
    EXPECT_TRUE(std::ranges::equal(back.tensor(name).bytes, tensor.bytes));
  }
  EXPECT_EQ(back.tensor("reals").real(2), 1e-310);
  EXPECT_EQ(back.tensor("scalar").real(0), static_cast<double>(0.1F));
  EXPECT_EQ(back.tensor("integers").integer(1), std::int64_t{1} << 60);
}

TEST(CaseFile, KeepsItsBytesAfterTheFileIsRemoved) {
  const TestFolder folder;
  write_file(folder.path() / "a",
             file_of(tensor_a("\"F64\"", "[1]", "[0,8]"), std::string(8, '\0')));
  const Tensor tensor = read_case_file(folder.path() / "a").tensor("a");
  std::filesystem::remove(folder.path() / "a");
  EXPECT_EQ(tensor.real(0), 0.0);
}

TEST(CaseFile, ThrowsOnMissingTensorsAndMetadata) {
  const CaseFile file;
  EXPECT_THROW(static_cast<void>(file.tensor("q")), ContractError);
  EXPECT_THROW(static_cast<void>(file.text("layers")), ContractError);
}

TEST(CaseFile, AcceptsOnlyPlainIntegersInRange) {
  CaseFile file;
  file.metadata["n"] = "12";
  EXPECT_EQ(file.integer("n", 1, 12), 12);
  EXPECT_THROW(static_cast<void>(file.integer("n", 1, 11)), ContractError);
  for (const char* text :
       {"", " 12", "12 ", "+12", "1e2", "12.0", "0x12", "99999999999999999999"}) {
    file.metadata["n"] = text;
    EXPECT_THROW(static_cast<void>(file.integer("n", 1, 1000)), ContractError) << text;
  }
}

TEST(CaseFile, RejectsMetadataThatIsNotUtf8) {
  const TestFolder folder;
  CaseFile file;
  file.metadata["source"] = "\xff\xfe";
  EXPECT_THROW(write_case_file(folder.path() / "a", file), ContractError);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(HostileFile, IsAcceptedIfValid) {
  EXPECT_EQ(refusal(file_of(tensor_a("\"F64\"", "[1]", "[0,8]"), eight)), "accepted");
  EXPECT_EQ(refusal(file_of("{}", "")), "accepted");
}

TEST(HostileFile, ThatIsNotAFileIsRejected) {
  const TestFolder folder;
  EXPECT_THROW(read_case_file(folder.path() / "absent"), ContractError);
  EXPECT_THROW(read_case_file(folder.path()), ContractError);
}

TEST(HostileFile, TruncatedAnywhereIsRejected) {
  const std::string whole = file_of(tensor_a("\"F64\"", "[1]", "[0,8]"), eight);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(refusal(whole.substr(0, size)), "accepted") << size;
  }
  expect_refused(whole + "x", "cover all of the data");
}

TEST(HostileFile, WithAnInvalidHeaderLengthIsRejected) {
  expect_refused(file_of("{}", "", 3), "the header length 3");
  expect_refused(file_of("{}", "", std::uint64_t{1} << 40), "the header length");
  expect_refused(file_of("{}", "", ~std::uint64_t{0} - 1), "the header length");
  expect_refused(file_of("{}", "", 0), "not JSON");
}

TEST(HostileFile, WithAHeaderThatIsNotAJsonObjectIsRejected) {
  for (const char* header : {"", "{", "[]x", "{\"a\":}", "nonsense", "{'a':1}", "\xef\xbb\xbf"}) {
    expect_refused(file_of(header, ""), "not JSON");
  }
  expect_refused(file_of("[]", ""), "JSON object");
  expect_refused(file_of("7", ""), "JSON object");
  expect_refused(file_of(std::string("{}\0", 3), ""), "not JSON");
}

TEST(HostileFile, WithDeepJsonIsRejectedWithoutStackOverflow) {
  expect_refused(file_of(std::string(1000000, '['), ""), "nested");
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "{\"a\":";
  expect_refused(file_of(deep, ""), "nested");
}

TEST(HostileFile, WithInvalidUtf8IsRejected) {
  expect_refused(file_of("{\"\xff\":1}", ""), "UTF-8");
  expect_refused(file_of("{\"__metadata__\":{\"a\":\"\xc3\x28\"}}", ""), "UTF-8");
}

TEST(HostileFile, WithADuplicateNameIsRejected) {
  const std::string entry = R"("a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]})";
  expect_refused(file_of("{" + entry + "," + entry + "}", eight), "appears twice");
  expect_refused(file_of(R"({"__metadata__":{"k":"1","k":"2"}})", ""), "appears twice");
  expect_refused(file_of(R"({"__metadata__":{},"__metadata__":{}})", ""), "appears twice");
  expect_refused(
      file_of(R"({"a":{"dtype":"F64","dtype":"F32","shape":[1],"data_offsets":[0,8]}})", eight),
      "appears twice");
}

TEST(HostileFile, WithMetadataOtherThanStringsIsRejected) {
  expect_refused(file_of(R"({"__metadata__":[]})", ""), "object of strings");
  expect_refused(file_of(R"({"__metadata__":{"k":1}})", ""), "must be a string");
  expect_refused(file_of(R"({"__metadata__":{"k":{}}})", ""), "must be a string");
}

TEST(HostileFile, WithAnUnknownDtypeIsRejectedNamingTheTensor) {
  expect_refused(file_of(tensor_a("\"F8_E4M3\"", "[1]", "[0,1]"), "x"),
                 "tensor 'a': dtype 'F8_E4M3'");
  expect_refused(file_of(tensor_a("\"f64\"", "[1]", "[0,8]"), eight), "unknown");
  expect_refused(file_of(tensor_a("64", "[1]", "[0,8]"), eight), "dtype must be a string");
  expect_refused(file_of(R"({"a":{"shape":[1],"data_offsets":[0,8]}})", eight),
                 "dtype must be a string");
  expect_refused(file_of(R"({"a":7})", ""), "must be an object");
}

TEST(HostileFile, WithAnInvalidShapeIsRejected) {
  for (const char* shape : {"[-1]", "[1.0]", "[1e0]", "[\"1\"]", "[null]", "[281474976710656]",
                            "[18446744073709551616]"}) {
    expect_refused(file_of(tensor_a("\"F64\"", shape, "[0,8]"), eight), "extents");
  }
  expect_refused(file_of(tensor_a("\"F64\"", "1", "[0,8]"), eight), "shape must be an array");
  expect_refused(file_of(tensor_a("\"F64\"", "[[1]]", "[0,8]"), eight), "nested");
  expect_refused(file_of(tensor_a("\"F64\"", "[1,1,1,1,1,1,1,1,1]", "[0,8]"), eight), "8 axes");
  expect_refused(file_of(tensor_a("\"F64\"", "[140737488355328,140737488355328]", "[0,8]"), eight),
                 "fit in 64 bits");
  // 2^61 doubles are 2^64 bytes, which wraps around to 0.
  expect_refused(file_of(tensor_a("\"F64\"", "[2147483648,1073741824]", "[0,0]"), ""),
                 "fit in 64 bits");
  expect_refused(file_of(tensor_a("\"F64\"", "[2]", "[0,8]"), eight), "as many bytes");
  expect_refused(file_of(tensor_a("\"F64\"", "[0]", "[0,8]"), eight), "as many bytes");
}

TEST(HostileFile, WithOffsetsOutsideTheDataIsRejected) {
  for (const char* offsets :
       {"[0,16]", "[8,16]", "[8,0]", "[18446744073709551608,0]", "[0,18446744073709551615]"}) {
    expect_refused(file_of(tensor_a("\"F64\"", "[1]", offsets), eight), "inside the 8 bytes");
  }
  for (const char* offsets : {"[-8,0]", "[0]", "[0,8,8]", "{}", "8", "[0,8.0]", "[\"0\",8]",
                              "[0,36893488147419103232]"}) {
    expect_refused(file_of(tensor_a("\"F64\"", "[1]", offsets), eight), "data_offsets");
  }
  expect_refused(file_of(R"({"a":{"dtype":"F64","shape":[1]}})", eight), "data_offsets");
}

TEST(HostileFile, WithOverlapsOrGapsIsRejected) {
  const auto two = [](const std::string& a, const std::string& b) {
    return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + a +
           R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + b + "}}";
  };
  EXPECT_EQ(refusal(file_of(two("[4,8]", "[0,4]"), eight)), "accepted");
  expect_refused(file_of(two("[0,4]", "[0,4]"), "1234"), "overlap or gap");
  expect_refused(file_of(two("[0,4]", "[2,6]"), "123456"), "overlap or gap");
  expect_refused(file_of(two("[0,4]", "[5,9]"), "123456789"), "overlap or gap");
  expect_refused(file_of(two("[1,5]", "[5,9]"), "123456789"), "overlap or gap");
}

TEST(HostileFile, WithLongOrUnprintableNamesIsRejectedOnOneLine) {
  expect_refused(file_of(R"({"line\nbreak":7})", ""), "tensor 'line?break'");
  expect_refused(file_of("{\"" + std::string(1000000, 'n') + "\":7}", ""), "…");
}

}  // namespace
}  // namespace slim
