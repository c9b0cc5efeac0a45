// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/case_file/gradient_case.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/strict_json.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>

namespace slim {
namespace {

using Shape = std::vector<std::int64_t>;

struct ConventionField {
  const char* name;
  double Conventions::*field;
};

constexpr std::array<ConventionField, 10> convention_fields = {{
    {"denominator_epsilon", &Conventions::denominator_epsilon},
    {"layer_norm_epsilon", &Conventions::layer_norm_epsilon},
    {"loss_epsilon", &Conventions::loss_epsilon},
    {"relu_slope_at_zero", &Conventions::relu_slope_at_zero},
    {"absolute_slope_at_zero", &Conventions::absolute_slope_at_zero},
    {"position_base", &Conventions::position_base},
    {"positions_count_padding", &Conventions::positions_count_padding},
    {"gelu_cancellation", &Conventions::gelu_cancellation},
    {"gelu_tanh", &Conventions::gelu_tanh},
    {"elu_cancellation", &Conventions::elu_cancellation},
}};

std::string to_text(const Shape& shape) {
  std::string text = "[";
  for (const std::int64_t extent : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(extent);
  }
  return text + "]";
}

const Tensor& shaped(const CaseFile& file, const std::string& name, const Shape& shape) {
  const Tensor& tensor = file.tensor(name);
  require(tensor.shape == shape, "tensor '" + name + "' must have shape " + to_text(shape) +
                                     ", not " + to_text(tensor.shape));
  return tensor;
}

Shape shape_of(const ParameterSlot& slot) {
  return slot.vector ? Shape{slot.cols} : Shape{slot.rows, slot.cols};
}

std::string projection_name(Index r) {
  return "projection." + std::to_string(r);
}

Model read_model(const CaseFile& file) {
  constexpr std::int64_t largest = std::int64_t{1} << 31;
  Model model;
  model.vocab_size = file.integer("vocab_size", 1, largest);
  model.hidden_dim = file.integer("hidden_dim", 1, largest);
  model.layers = file.integer("layers", 1, 4096);
  model.ffn_dim = file.integer("ffn_dim", 1, largest);
  model.heads = file.integer("heads", 1, largest);
  model.feature_map = parse_feature_map(file.text("feature_map"));
  model.norm = parse_norm(file.text("norm"));
  if (file.metadata.contains("position_rows")) {
    model.position_rows = file.integer("position_rows", 1, largest);
  }
  const auto conventions = file.metadata.find("conventions");
  if (conventions != file.metadata.end()) {
    model.conventions = parse_conventions(conventions->second);
  }
  require_valid(model);
  return model;
}

/// Rejects sizes for which the file has no tensors, before arrays of that size are allocated.
void require_tensors(const CaseFile& file, const Model& model) {
  for (const ParameterSlot& slot : parameter_slots(model)) {
    shaped(file, "param." + slot.name, shape_of(slot));
  }
  if (model.feature_map.kind != FeatureKind::favor_plus) return;
  for (Index r = 0; r < model.layers; ++r) {
    shaped(file, projection_name(r), {model.heads, model.head_dim(), model.features()});
  }
}

/// Rows of 0, then of 1, then of 0, in each sequence.
void read_padding(const CaseFile& file, Sequences& sequences) {
  const Index L = sequences.length();
  const Tensor& key_mask = shaped(file, "key_mask", {sequences.batch(), L});
  for (Index b = 0; b < sequences.batch(); ++b) {
    const auto is_token = [&](Index l) {
      const std::int64_t value = key_mask.integer(static_cast<std::size_t>(b * L + l));
      require(value == 0 || value == 1, "every entry of 'key_mask' must be 0 or 1");
      return value == 1;
    };
    Index first = 0;
    while (first < L && !is_token(first)) ++first;
    Index end = first;
    while (end < L && is_token(end)) ++end;
    for (Index l = end; l < L; ++l) {
      require(!is_token(l), "'key_mask' must mask padding at the ends of sequences only");
    }
    sequences.pad(b, first, L - end);
  }
}

Sequences read_sequences(const CaseFile& file, const Model& model) {
  const Tensor& tokens = file.tensor("tokens");
  require(tokens.shape.size() == 2 && tokens.shape[0] >= 1 && tokens.shape[1] >= 2,
          "tensor 'tokens' must have shape [B, L+1] with B and L of at least 1, not " +
              to_text(tokens.shape));
  Sequences sequences(tokens.shape[0], tokens.shape[1] - 1);
  std::size_t i = 0;
  for (Index b = 0; b < sequences.batch(); ++b) {
    for (std::int32_t& token : sequences.tokens(b)) {
      const std::int64_t value = tokens.integer(i++);
      if (value < 0 || value >= model.vocab_size) {
        throw ContractError("every token must be from 0 to vocab_size - 1 = " +
                            std::to_string(model.vocab_size - 1) + ", not " +
                            std::to_string(value));
      }
      token = static_cast<std::int32_t>(value);
    }
  }
  if (file.has("mask")) {
    const Tensor& mask = shaped(file, "mask", tokens.shape);
    sequences.add_mask();
    i = 0;
    for (Index b = 0; b < sequences.batch(); ++b) {
      for (std::uint8_t& counts : sequences.mask(b)) {
        const std::int64_t value = mask.integer(i++);
        require(value == 0 || value == 1, "every entry of 'mask' must be 0 or 1");
        counts = static_cast<std::uint8_t>(value);
      }
    }
  }
  if (file.has("key_mask")) read_padding(file, sequences);
  return sequences;
}

}  // namespace

std::string to_text(const Conventions& conventions) {
  nlohmann::json json = nlohmann::json::object();
  const Conventions defaults;
  for (const auto& [name, field] : convention_fields) {
    if (conventions.*field != defaults.*field) json[name] = conventions.*field;
  }
  return json.dump();
}

std::string to_full_text(const Conventions& conventions) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, field] : convention_fields) json[name] = conventions.*field;
  return json.dump();
}

Conventions parse_conventions(const std::string& text) {
  const nlohmann::json json = parse_strictly(text, 1, "metadata 'conventions'");
  require(json.is_object(), "metadata 'conventions' must be a JSON object");
  Conventions conventions;
  for (const auto& [key, value] : json.items()) {
    bool known = false;
    for (const auto& [name, field] : convention_fields) {
      if (key != name) continue;
      require(value.is_number(), "convention '" + on_one_line(key) + "' must be a number");
      conventions.*field = value.get<double>();
      known = true;
    }
    require(known,
            "convention '" + on_one_line(key) +
                "' is unknown: allowed are denominator_epsilon, "
                "layer_norm_epsilon, loss_epsilon, relu_slope_at_zero, absolute_slope_at_zero, "
                "position_base, positions_count_padding, gelu_cancellation, gelu_tanh, "
                "elu_cancellation");
  }
  return conventions;
}

GradientCase to_gradient_case(const CaseFile& file) {
  GradientCase c;
  c.model = read_model(file);
  require_tensors(file, c.model);
  c.theta = Parameters<double>(c.model, MemoryTag::parameters);
  for (const ParameterSlot& slot : c.theta.slots()) {
    file.tensor("param." + slot.name).copy_to(c.theta.values(slot));
  }
  c.omega = Projection<double>(c.model);
  if (!c.omega.empty()) {
    const auto layer =
        static_cast<std::size_t>(c.model.heads * c.model.head_dim() * c.model.features());
    for (Index r = 0; r < c.model.layers; ++r) {
      file.tensor(projection_name(r))
          .copy_to(c.omega.values().subspan(static_cast<std::size_t>(r) * layer, layer));
    }
  }
  c.sequences = read_sequences(file, c.model);
  c.slice_length = file.integer("chunk", 1, std::int64_t{1} << 40);
  c.metadata = file.metadata;
  return c;
}

ExpectedGradient to_expected_gradient(const CaseFile& file, const GradientCase& c) {
  ExpectedGradient expected;
  if (file.has("expected.loss")) expected.loss = shaped(file, "expected.loss", {}).real(0);
  if (file.has("expected.logits")) {
    const Index B = c.sequences.batch();
    const Index L = c.sequences.length();
    const Tensor& logits = shaped(file, "expected.logits", {B, L, c.model.vocab_size});
    expected.logits.resize(B * L, c.model.vocab_size);
    logits.copy_to({expected.logits.data(), static_cast<std::size_t>(expected.logits.size())});
  }
  for (const ParameterSlot& slot : c.theta.slots()) {
    const std::string name = "expected.grad." + slot.name;
    if (!file.has(name)) continue;
    const Tensor& tensor = shaped(file, name, shape_of(slot));
    Matrix<double>& values = expected.gradient[slot.name];
    values.resize(slot.rows, slot.cols);
    tensor.copy_to({values.data(), static_cast<std::size_t>(values.size())});
  }
  return expected;
}

CaseFile to_case_file(const GradientCase& c) {
  CaseFile file;
  file.metadata.insert(c.metadata.begin(), c.metadata.end());
  file.metadata["vocab_size"] = std::to_string(c.model.vocab_size);
  file.metadata["hidden_dim"] = std::to_string(c.model.hidden_dim);
  file.metadata["layers"] = std::to_string(c.model.layers);
  file.metadata["ffn_dim"] = std::to_string(c.model.ffn_dim);
  file.metadata["heads"] = std::to_string(c.model.heads);
  file.metadata["feature_map"] = name(c.model.feature_map);
  file.metadata["norm"] = name(c.model.norm);
  file.metadata.erase("position_rows");
  if (c.model.learns_positions()) {
    file.metadata["position_rows"] = std::to_string(c.model.position_rows);
  }
  file.metadata["chunk"] = std::to_string(c.slice_length);
  file.metadata["conventions"] = to_text(c.model.conventions);
  for (const ParameterSlot& slot : c.theta.slots()) {
    file.tensors["param." + slot.name] = make_tensor(shape_of(slot), c.theta.values(slot));
  }
  if (!c.omega.empty()) {
    const auto layer =
        static_cast<std::size_t>(c.model.heads * c.model.head_dim() * c.model.features());
    for (Index r = 0; r < c.model.layers; ++r) {
      file.tensors[projection_name(r)] =
          make_tensor({c.model.heads, c.model.head_dim(), c.model.features()},
                      c.omega.values().subspan(static_cast<std::size_t>(r) * layer, layer));
    }
  }
  const Shape shape = {c.sequences.batch(), c.sequences.length() + 1};
  std::vector<std::int64_t> integers;
  for (Index b = 0; b < c.sequences.batch(); ++b) {
    const auto row = c.sequences.tokens(b);
    integers.insert(integers.end(), row.begin(), row.end());
  }
  file.tensors["tokens"] = make_tensor(shape, integers);
  if (c.sequences.has_mask()) {
    integers.clear();
    for (Index b = 0; b < c.sequences.batch(); ++b) {
      const auto row = c.sequences.mask(b);
      integers.insert(integers.end(), row.begin(), row.end());
    }
    file.tensors["mask"] = make_tensor(shape, integers);
  }
  if (c.sequences.has_padding()) {
    integers.clear();
    for (Index b = 0; b < c.sequences.batch(); ++b) {
      for (Index l = 0; l < c.sequences.length(); ++l) {
        integers.push_back(l >= c.sequences.first_row(b) && l < c.sequences.end_row(b) ? 1 : 0);
      }
    }
    file.tensors["key_mask"] = make_tensor({shape[0], shape[1] - 1}, integers);
  }
  return file;
}

void add_expected(CaseFile& file, const ExpectedGradient& expected, const GradientCase& c) {
  if (expected.loss) file.tensors["expected.loss"] = make_tensor({}, std::span(&*expected.loss, 1));
  if (expected.logits.size() > 0) {
    file.tensors["expected.logits"] = make_tensor(
        {c.sequences.batch(), c.sequences.length(), c.model.vocab_size},
        std::span(expected.logits.data(), static_cast<std::size_t>(expected.logits.size())));
  }
  for (const ParameterSlot& slot : c.theta.slots()) {
    const auto found = expected.gradient.find(slot.name);
    if (found == expected.gradient.end()) continue;
    file.tensors["expected.grad." + slot.name] = make_tensor(
        shape_of(slot), std::span<const double>(found->second.data(),
                                                static_cast<std::size_t>(found->second.size())));
  }
}

}  // namespace slim
