// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/checkpoint.hpp"

#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace slim::experiments {
namespace {

std::vector<std::int64_t> shape_of(const ParameterSlot& slot) {
  if (slot.vector) return {slot.cols};
  return {slot.rows, slot.cols};
}

/// The shape of a required matrix.
std::pair<Index, Index> matrix_shape(const CaseFile& file, const std::string& tensor) {
  const std::vector<std::int64_t>& shape = file.tensor(tensor).shape;
  require(shape.size() == 2, fmt::format("tensor '{}' must be a matrix", tensor));
  return {shape[0], shape[1]};
}

}  // namespace

void write_model(CaseFile& file, const Model& model, Index slice, Scalar scalar) {
  file.metadata["vocab_size"] = std::to_string(model.vocab_size);
  file.metadata["hidden_dim"] = std::to_string(model.hidden_dim);
  file.metadata["layers"] = std::to_string(model.layers);
  file.metadata["ffn_dim"] = std::to_string(model.ffn_dim);
  file.metadata["heads"] = std::to_string(model.heads);
  file.metadata["feature_map"] = name(model.feature_map);
  file.metadata["norm"] = name(model.norm);
  file.metadata["conventions"] = to_text(model.conventions);
  file.metadata["chunk"] = std::to_string(slice);
  file.metadata["dtype"] = name(scalar);
}

template <class T>
void write_parameters(CaseFile& file, const std::string& prefix, const Parameters<T>& values) {
  for (const ParameterSlot& slot : values.slots()) {
    file.tensors[prefix + slot.name] = make_tensor(shape_of(slot), values.values(slot));
  }
}

template <class T>
void write_projection(CaseFile& file, const Projection<T>& omega, const Model& model) {
  if (omega.empty()) return;
  const auto layer = static_cast<std::size_t>(model.heads * model.head_dim() * model.features());
  for (Index r = 0; r < model.layers; ++r) {
    file.tensors["projection." + std::to_string(r)] =
        make_tensor({model.heads, model.head_dim(), model.features()},
                    omega.values().subspan(static_cast<std::size_t>(r) * layer, layer));
  }
}

std::string parameter_prefix(const CaseFile& file) {
  return file.has("input_map.weight") ? "" : "param.";
}

template <class T>
void read_parameters(const CaseFile& file, const std::string& prefix, Parameters<T>& values) {
  std::vector<double> wide;
  for (const ParameterSlot& slot : values.slots()) {
    const Tensor& tensor = file.tensor(prefix + slot.name);
    require(tensor.shape == shape_of(slot),
            fmt::format("tensor '{}{}' must have shape [{}], not [{}]", prefix, slot.name,
                        fmt::join(shape_of(slot), ", "), fmt::join(tensor.shape, ", ")));
    wide.resize(tensor.size());
    tensor.copy_to(wide);
    std::transform(wide.begin(), wide.end(), values.values(slot).begin(),
                   [](double x) { return static_cast<T>(x); });
  }
}

Model model_of(const CaseFile& file) {
  const std::string prefix = parameter_prefix(file);
  Model model;
  std::tie(model.vocab_size, model.hidden_dim) =
      matrix_shape(file, prefix + "output_logit_map.weight");
  model.layers = 0;
  const auto map_of = [&](Index r) { return fmt::format("{}layers.{}.U_map.weight", prefix, r); };
  while (file.has(map_of(model.layers))) ++model.layers;
  model.ffn_dim = matrix_shape(file, map_of(0)).first;
  constexpr Index paper_head = 64;
  model.heads = file.metadata.contains("heads") ? file.integer("heads", 1, Index{1} << 31)
                                                : std::max<Index>(1, model.hidden_dim / paper_head);
  if (file.metadata.contains("feature_map")) {
    model.feature_map = parse_feature_map(file.text("feature_map"));
  }
  if (file.metadata.contains("norm")) model.norm = parse_norm(file.text("norm"));
  if (file.metadata.contains("conventions")) {
    model.conventions = parse_conventions(file.text("conventions"));
  }
  require_valid(model);
  return model;
}

template void write_parameters(CaseFile&, const std::string&, const Parameters<float>&);
template void write_parameters(CaseFile&, const std::string&, const Parameters<double>&);
template void write_projection(CaseFile&, const Projection<float>&, const Model&);
template void write_projection(CaseFile&, const Projection<double>&, const Model&);
template void read_parameters(const CaseFile&, const std::string&, Parameters<float>&);
template void read_parameters(const CaseFile&, const std::string&, Parameters<double>&);

}  // namespace slim::experiments
