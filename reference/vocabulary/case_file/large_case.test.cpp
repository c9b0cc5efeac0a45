// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/system/test_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <fstream>

// A large case is memory-mapped, and its pages are released after they are copied: reading it needs
// memory for the numbers, but not for the file in addition.

namespace slim {
namespace {

/// Writes a sparse file with a case of about `bytes`, whose parameters and expected gradients are
/// zeros that take no space on the disk. Returns its size.
std::uint64_t write_sparse_case(const std::filesystem::path& path, std::uint64_t bytes) {
  // 7 numbers of 8 bytes for each token: 2 of its embedding, 4 + 1 of its logit; each twice.
  const auto V = static_cast<Index>(bytes / (2UL * 7UL * 8UL));
  const Model model{.vocab_size = V, .hidden_dim = 4, .layers = 1, .ffn_dim = 1};
  nlohmann::json header;
  std::uint64_t end = 0;
  const auto add = [&](const std::string& name, const char* dtype, const std::vector<Index>& shape,
                       Index size) {
    const std::uint64_t begin = end;
    end += static_cast<std::uint64_t>(size) * 8;
    header[name] = {{"dtype", dtype}, {"shape", shape}, {"data_offsets", {begin, end}}};
  };
  for (const ParameterSlot& slot : parameter_slots(model)) {
    const std::vector<Index> shape =
        slot.vector ? std::vector<Index>{slot.cols} : std::vector<Index>{slot.rows, slot.cols};
    add("param." + slot.name, "F64", shape, slot.size());
    add("expected.grad." + slot.name, "F64", shape, slot.size());
  }
  add("tokens", "I64", {1, 2}, 2);
  header["__metadata__"] = {{"vocab_size", std::to_string(V)},
                            {"hidden_dim", "4"},
                            {"layers", "1"},
                            {"ffn_dim", "1"},
                            {"heads", "1"},
                            {"feature_map", "sqr"},
                            {"norm", "branch-output"},
                            {"chunk", "1"}};
  const std::string text = header.dump();
  const std::uint64_t size = text.size();
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(&size), 8) << text;
  std::filesystem::resize_file(path, 8 + size + end);
  return 8 + size + end;
}

/// The largest resident memory of this process since it was last reset; units: bytes.
double peak_resident() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0.0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes * 1024.0;
  }
  return 0.0;
}

void reset_peak_resident() {
  std::ofstream("/proc/self/clear_refs") << "5" << std::flush;
}

/// Peak resident memory of reading a case and its expected results, over the size of its file.
double memory_over_size(std::uint64_t bytes, bool gives_back) {
  const TestFolder folder;
  const auto size = static_cast<double>(write_sparse_case(folder.path() / "large", bytes));
  reset_peak_resident();
  const double before = peak_resident();
  CaseFile file = read_case_file(folder.path() / "large");
  for (auto& [name, tensor] : file.tensors) tensor.mapped = tensor.mapped && gives_back;
  const GradientCase c = to_gradient_case(file);
  const ExpectedGradient expected = to_expected_gradient(file, c);
  EXPECT_EQ(expected.gradient.size(), c.theta.slots().size());
  const double peak = peak_resident();
  std::printf("a case of %.0f MB, read in %.0f MB of memory\n", size / 1e6, (peak - before) / 1e6);
  return (peak - before) / size;
}

TEST(LargeCase, NeedsMemoryForItsNumbersOnly) {
  EXPECT_LE(memory_over_size(std::uint64_t{64} << 20, true), 1.25);
}

TEST(LargeCase, CheckDetectsAFileKeptInMemory) {
  EXPECT_GE(memory_over_size(std::uint64_t{32} << 20, false), 1.75);
}

// Run it with --gtest_also_run_disabled_tests: it writes 2 GB of memory.
TEST(LargeCase, DISABLED_OfTwoGigabytesNeedsTwoNotFour) {
  EXPECT_LE(memory_over_size(std::uint64_t{2} << 30, true), 1.25);
}

}  // namespace
}  // namespace slim
