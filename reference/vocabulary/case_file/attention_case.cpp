// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/case_file/attention_case.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <array>
#include <charconv>

namespace slim {
namespace {

constexpr std::int64_t largest_extent = std::int64_t{1} << 31;
constexpr const char* given_map = "given";

std::array<std::int64_t, 4> extents(const HeadsSizes& sizes) {
  return {sizes.batch, sizes.heads, sizes.rows, sizes.cols};
}

Tensor whole_tensor(const Heads<double>& heads) {
  const auto shape = extents(heads.sizes());
  return make_tensor({shape.begin(), shape.end()}, heads.values());
}

/// An array [B, H, rows, cols] from a tensor with 4 axes, or with 3: without B or without rows.
Heads<double> read_heads(const CaseFile& file, const std::string& name, std::size_t axes,
                         bool without_batch) {
  const Tensor& tensor = file.tensor(name);
  require(tensor.shape.size() == axes,
          "tensor '" + name + "' must have " + std::to_string(axes) + " axes");
  for (const std::int64_t extent : tensor.shape) {
    require(extent >= 1 && extent <= largest_extent,
            "tensor '" + name + "' must have extents of at least 1");
  }
  std::vector<std::int64_t> shape = tensor.shape;
  if (axes == 3) shape.insert(without_batch ? shape.begin() : shape.begin() + 2, 1);
  Heads<double> heads({.batch = shape[0], .heads = shape[1], .rows = shape[2], .cols = shape[3]},
                      MemoryTag::parameters);
  tensor.copy_to(heads.values());
  return heads;
}

/// Adds RS [B, H, d + 1, M] as the separate tensors R and S.
void add_sums(CaseFile& file, const std::string& prefix, const Heads<double>& RS) {
  if (RS.empty()) return;
  const auto& [B, H, rows, M] = RS.sizes();
  std::vector<double> R;
  std::vector<double> S;
  R.reserve(static_cast<std::size_t>(B * H * (rows - 1) * M));
  S.reserve(static_cast<std::size_t>(B * H * M));
  for (Index b = 0; b < B; ++b) {
    for (Index h = 0; h < H; ++h) {
      const MatrixView<const double> sums = RS(b, h);
      R.insert(R.end(), sums.data(), sums.data() + (rows - 1) * M);
      S.insert(S.end(), sums.data() + (rows - 1) * M, sums.data() + rows * M);
    }
  }
  file.tensors[prefix + ".R"] = make_tensor({B, H, rows - 1, M}, std::span<const double>(R));
  file.tensors[prefix + ".S"] = make_tensor({B, H, M}, std::span<const double>(S));
}

Heads<double> read_sums(const CaseFile& file, const std::string& prefix) {
  const bool has_R = file.has(prefix + ".R");
  require(has_R == file.has(prefix + ".S"),
          "tensors '" + prefix + ".R' and '" + prefix + ".S' must be given together");
  if (!has_R) return {};
  const Heads<double> R = read_heads(file, prefix + ".R", 4, false);
  const Heads<double> S = read_heads(file, prefix + ".S", 3, false);
  HeadsSizes sizes = R.sizes();
  sizes.rows = 1;
  require(S.sizes() == sizes, "tensor '" + prefix + ".S' must have shape [B, H, M]");
  sizes.rows = R.sizes().rows + 1;
  Heads<double> RS(sizes, MemoryTag::parameters);
  for (Index b = 0; b < sizes.batch; ++b) {
    for (Index h = 0; h < sizes.heads; ++h) {
      RS(b, h).topRows(sizes.rows - 1) = R(b, h);
      RS(b, h).row(sizes.rows - 1) = S(b, h);
    }
  }
  return RS;
}

std::vector<std::uint8_t> read_mask(const CaseFile& file, const std::string& name,
                                    const HeadsSizes& sizes) {
  std::vector<std::uint8_t> mask;
  if (!file.has(name)) return mask;
  const Tensor& tensor = file.tensor(name);
  require(tensor.shape == std::vector<std::int64_t>{sizes.batch, sizes.rows},
          "tensor '" + name + "' must have shape [B, L]");
  mask.reserve(tensor.size());
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    const std::int64_t value = tensor.integer(i);
    require(value == 0 || value == 1, "every entry of '" + name + "' must be 0 or 1");
    mask.push_back(static_cast<std::uint8_t>(value));
  }
  return mask;
}

void add_mask(CaseFile& file, const char* name, const std::vector<std::uint8_t>& mask,
              const HeadsSizes& sizes) {
  if (mask.empty()) return;
  const std::vector<std::int64_t> whole(mask.begin(), mask.end());
  file.tensors[name] = make_tensor({sizes.batch, sizes.rows}, std::span<const std::int64_t>(whole));
}

constexpr const char* groups_rule =
    "metadata 'head_groups' must be three whole numbers, such as 1,4,4: heads that share queries, "
    "keys, values";

HeadGroups read_groups(const CaseFile& file) {
  const auto found = file.metadata.find("head_groups");
  if (found == file.metadata.end()) return {};
  std::array<Index, 3> groups{};
  const char* at = found->second.data();
  const char* end = at + found->second.size();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto [after, error] = std::from_chars(at, end, groups.at(i));
    const bool is_last = i + 1 == groups.size();
    require(error == std::errc() && (is_last ? after == end : after != end && *after == ','),
            groups_rule);
    at = is_last ? after : after + 1;
  }
  return {.queries = groups[0], .keys = groups[1], .values = groups[2]};
}

}  // namespace

CaseFile to_case_file(const AttentionInputs<double>& inputs) {
  CaseFile file;
  file.tensors["q"] = whole_tensor(inputs.q);
  file.tensors["k"] = whole_tensor(inputs.k);
  file.tensors["v"] = whole_tensor(inputs.v);
  if (!inputs.omega.empty()) {
    const HeadsSizes& sizes = inputs.omega.sizes();
    file.tensors["projection"] =
        make_tensor({sizes.heads, sizes.rows, sizes.cols}, inputs.omega.values());
  }
  add_mask(file, "key_mask", inputs.key_mask, inputs.q.sizes());
  add_mask(file, "query_mask", inputs.query_mask, inputs.q.sizes());
  add_sums(file, "initial", inputs.start);
  add_sums(file, "cotangent", inputs.end_cotangent);
  if (!inputs.out_cotangent.empty()) {
    file.tensors["cotangent.out"] = whole_tensor(inputs.out_cotangent);
  }
  file.metadata["task"] = "attention";
  file.metadata["feature_map"] = inputs.features_given ? given_map : name(inputs.feature_map);
  file.own_map = inputs.feature_map.own;
  file.metadata["causal"] = inputs.causal ? "1" : "0";
  file.metadata["pullback"] = inputs.wants_pullback ? "1" : "0";
  file.metadata["chunk"] = std::to_string(inputs.slice_length);
  file.metadata["conventions"] = to_text(inputs.conventions);
  const HeadGroups& groups = inputs.groups;
  if (groups != HeadGroups()) {
    file.metadata["head_groups"] = std::to_string(groups.queries) + "," +
                                   std::to_string(groups.keys) + "," +
                                   std::to_string(groups.values);
  }
  return file;
}

AttentionInputs<double> to_attention_inputs(const CaseFile& file) {
  require(file.text("task") == "attention", "metadata 'task' must be 'attention'");
  AttentionInputs<double> inputs;
  inputs.q = read_heads(file, "q", 4, false);
  inputs.k = read_heads(file, "k", 4, false);
  inputs.v = read_heads(file, "v", 4, false);
  const std::string& map = file.text("feature_map");
  inputs.features_given = map == given_map;
  if (!inputs.features_given) inputs.feature_map = parse_feature_map(map);
  if (inputs.feature_map.kind == FeatureKind::own) {
    require(file.own_map != nullptr,
            "feature map 'own' is that of the case's subject: give it by --subject-command or "
            "--subject-library");
    inputs.feature_map.own = file.own_map;
  }
  if (file.has("projection")) inputs.omega = read_heads(file, "projection", 3, true);
  inputs.causal = file.integer("causal", 0, 1) == 1;
  inputs.wants_pullback = file.integer("pullback", 0, 1) == 1;
  inputs.slice_length = file.integer("chunk", 1, largest_extent);
  if (file.metadata.contains("conventions")) {
    inputs.conventions = parse_attention_conventions(file.text("conventions"));
  }
  inputs.key_mask = read_mask(file, "key_mask", inputs.q.sizes());
  inputs.query_mask = read_mask(file, "query_mask", inputs.q.sizes());
  inputs.groups = read_groups(file);
  inputs.start = read_sums(file, "initial");
  inputs.end_cotangent = read_sums(file, "cotangent");
  if (file.has("cotangent.out")) inputs.out_cotangent = read_heads(file, "cotangent.out", 4, false);
  require_valid(inputs.task());
  return inputs;
}

}  // namespace slim
