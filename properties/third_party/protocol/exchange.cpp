// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/exchange.hpp"

#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/scalars/accumulator.hpp"

#include <array>

namespace slim::properties::foreign {
namespace {

using Shape = std::vector<std::int64_t>;

template <class T>
constexpr Dtype dtype_of = std::is_same_v<T, float>     ? Dtype::F32
                           : std::is_same_v<T, double>  ? Dtype::F64
                           : std::is_same_v<T, Float16> ? Dtype::F16
                                                        : Dtype::BF16;
template <class T>
constexpr const char* dtype_name = std::is_same_v<T, float>     ? "float32"
                                   : std::is_same_v<T, double>  ? "float64"
                                   : std::is_same_v<T, Float16> ? "float16"
                                                                : "bfloat16";

template <class T>
Tensor tensor_of(const Shape& shape, const std::vector<T>& values) {
  return make_tensor(dtype_of<T>, shape, std::as_bytes(std::span<const T>(values)));
}

/// The axes of [B, H, L, ·] in the given order.
std::array<int, 4> axes_in(AxisOrder order) {
  switch (order) {
    case AxisOrder::blhd:
      return {0, 2, 1, 3};
    case AxisOrder::lbhd:
      return {2, 0, 1, 3};
    default:
      return {0, 1, 2, 3};
  }
}

std::array<Index, 4> extents_of(const HeadsSizes& sizes) {
  return {sizes.batch, sizes.heads, sizes.rows, sizes.cols};
}

std::array<Index, 4> steps_of(const HeadsStrides& strides) {
  return {strides.batch, strides.heads, strides.rows, strides.cols};
}

Shape shape_in(AxisOrder order, const HeadsSizes& sizes) {
  Shape shape;
  for (const int axis : axes_in(order)) shape.push_back(extents_of(sizes).at(axis));
  return shape;
}

/// Calls visit(place, offset) for every entry: its index in a contiguous array with this order of
/// axes, and its offset by the strides.
template <class Visit>
void walk(AxisOrder order, const HeadsSizes& sizes, const HeadsStrides& strides,
          const Visit& visit) {
  const std::array<int, 4> axes = axes_in(order);
  std::array<Index, 4> extent{};
  std::array<Index, 4> step{};
  for (std::size_t i = 0; i < 4; ++i) {
    extent.at(i) = extents_of(sizes).at(axes.at(i));
    step.at(i) = steps_of(strides).at(axes.at(i));
  }
  std::size_t place = 0;
  for (Index a = 0; a < extent[0]; ++a) {
    for (Index b = 0; b < extent[1]; ++b) {
      for (Index c = 0; c < extent[2]; ++c) {
        for (Index d = 0; d < extent[3]; ++d) {
          visit(place++, a * step[0] + b * step[1] + c * step[2] + d * step[3]);
        }
      }
    }
  }
}

/// Collects the inputs and wanted tensors of an attention or features task.
template <class T>
class Form {
 public:
  using A = accumulator_t<T>;

  explicit Form(const Declaration& declared) : declared_(declared) {}

  CaseFile file;
  std::vector<WantedTensor> wanted;
  std::map<std::string, Shape> strides;

  void put(const std::string& name, const HeadsView<T>& view) {
    if (view.empty()) return;
    put_as(name, view, declared_.axes);
    if (view.strides == contiguous(view.sizes)) return;
    for (const int axis : axes_in(declared_.axes)) {
      strides[name].push_back(steps_of(view.strides).at(axis));
    }
  }
  /// ω [1, H, D, M] as [H, D, M], or [D, M] if it is declared to be shared.
  void put_projection(const HeadsView<T>& omega) {
    if (omega.empty()) return;
    const bool shared = declared_.restrictions.shared_projection;
    HeadsView<T> given = omega;
    if (shared) {
      given.sizes.heads = 1;
      for (Index h = 1; h < omega.sizes.heads; ++h) {
        if (omega(0, h) == omega(0, 0)) continue;
        throw BeyondRestrictions("a projection of its own for each head");
      }
    }
    put_as("projection", given, AxisOrder::bhld);
    Shape& shape = file.tensors["projection"].shape;
    shape.erase(shape.begin(), shape.begin() + (shared ? 2 : 1));
  }
  /// RS [B, H, D_v + 1, M] as R and S. Sums of narrow scalars are in float32.
  void put_sums(const std::string& prefix, const HeadsView<A>& RS) {
    if (RS.empty()) return;
    const auto& [B, H, rows, M] = RS.sizes;
    std::vector<A> R(static_cast<std::size_t>(B * H * (rows - 1) * M));
    std::vector<A> S(static_cast<std::size_t>(B * H * M));
    for (Index b = 0; b < B; ++b) {
      for (Index h = 0; h < H; ++h) {
        for (Index i = 0; i < rows - 1; ++i) {
          for (Index m = 0; m < M; ++m) R[place_in_R(RS.sizes, b, h, i, m)] = RS(b, h)(i, m);
        }
        for (Index m = 0; m < M; ++m) {
          S[static_cast<std::size_t>((b * H + h) * M + m)] = RS(b, h)(rows - 1, m);
        }
      }
    }
    file.tensors[prefix + ".R"] = tensor_of(shape_of_R(RS.sizes), R);
    file.tensors[prefix + ".S"] = tensor_of({B, H, M}, S);
  }
  void want(const std::string& name, const HeadsSizes& sizes) {
    wanted.push_back({name, dtype_of<T>, shape_in(declared_.axes, sizes)});
  }
  void want_sums(const std::string& prefix, const HeadsSizes& sizes) {
    wanted.push_back({prefix + "R", dtype_of<A>, shape_of_R(sizes)});
    wanted.push_back({prefix + "S", dtype_of<A>, {sizes.batch, sizes.heads, sizes.cols}});
  }

  using Answer = std::map<std::string, Tensor>;
  void take(const Answer& answer, const std::string& name, const HeadsSizes& sizes,
            Heads<T>& heads) const {
    heads.resize(sizes, MemoryTag::result);
    const Tensor& tensor = answer.at(name);
    const std::span<T> values = heads.values();
    walk(declared_.axes, sizes, contiguous(sizes), [&](std::size_t place, Index offset) {
      values[static_cast<std::size_t>(offset)] = static_cast<T>(tensor.real(place));
    });
  }
  void take_sums(const Answer& answer, const std::string& prefix, const HeadsSizes& sizes,
                 Heads<A>& RS) const {
    RS.resize(sizes, MemoryTag::result);
    const Tensor& R = answer.at(prefix + "R");
    const Tensor& S = answer.at(prefix + "S");
    for (Index b = 0; b < sizes.batch; ++b) {
      for (Index h = 0; h < sizes.heads; ++h) {
        auto head = RS(b, h);
        for (Index m = 0; m < sizes.cols; ++m) {
          for (Index i = 0; i < sizes.rows - 1; ++i) {
            head(i, m) = static_cast<A>(R.real(place_in_R(sizes, b, h, i, m)));
          }
          head(sizes.rows - 1, m) = static_cast<A>(
              S.real(static_cast<std::size_t>((b * sizes.heads + h) * sizes.cols + m)));
        }
      }
    }
  }

 private:
  void put_as(const std::string& name, const HeadsView<T>& view, AxisOrder order) {
    std::vector<T> values(static_cast<std::size_t>(view.sizes.entries()));
    walk(order, view.sizes, view.strides,
         [&](std::size_t place, Index offset) { values[place] = view.data[offset]; });
    file.tensors[name] = tensor_of(shape_in(order, view.sizes), values);
  }
  [[nodiscard]] Shape shape_of_R(const HeadsSizes& sizes) const {
    Shape shape = {sizes.batch, sizes.heads, sizes.rows - 1, sizes.cols};
    if (declared_.transposed_state) std::swap(shape[2], shape[3]);
    return shape;
  }
  [[nodiscard]] std::size_t place_in_R(const HeadsSizes& sizes, Index b, Index h, Index i,
                                       Index m) const {
    const Index d = sizes.rows - 1;
    const Index within = declared_.transposed_state ? m * d + i : i * sizes.cols + m;
    return static_cast<std::size_t>((b * sizes.heads + h) * d * sizes.cols + within);
  }

  const Declaration& declared_;
};

/// The feature map as declared, and for FAVOR+ its number of blocks.
void put_feature_map(CaseFile& file, const FeatureMap& map) {
  file.metadata["feature_map"] = name(map);
  if (map.kind == FeatureKind::own) file.metadata["feature_map"] = name(map.kind);
  if (map.kind != FeatureKind::favor_plus && !(map.kind == FeatureKind::own && map.projected)) {
    return;
  }
  file.metadata["feature_map"] = name(map.kind);
  file.metadata["feature_blocks"] = std::to_string(map.blocks);
}

/// Converts the doubles of a file to the scalar of the task.
template <class T>
void narrow_reals(CaseFile& file) {
  if constexpr (!std::is_same_v<T, double>) {
    for (auto& [name, tensor] : file.tensors) {
      if (tensor.dtype != Dtype::F64) continue;
      std::vector<T> values;
      values.reserve(tensor.size());
      for (std::size_t i = 0; i < tensor.size(); ++i) {
        values.push_back(static_cast<T>(tensor.real(i)));
      }
      tensor = tensor_of(tensor.shape, values);
    }
  }
}

void require_within(const Restrictions& limits, const RestrictedSizes& sizes) {
  const std::string words = beyond(limits, sizes);
  if (!words.empty()) throw BeyondRestrictions("these sizes: " + words);
}

Shape shape_of_parameter(const ParameterSlot& slot) {
  return slot.vector ? Shape{slot.cols} : Shape{slot.rows, slot.cols};
}

}  // namespace

template <class T>
void exchange(Session& session, const AttentionTask<T>& task, AttentionResult<T>& result) {
  const Declaration& declared = session.declaration();
  require_within(declared.restrictions, {.heads = task.q.sizes.heads,
                                         .length = task.q.sizes.rows,
                                         .width = task.q.sizes.cols,
                                         .features = task.features(),
                                         .value_width = task.v.sizes.cols});
  Form<T> form(declared);
  form.put("q", task.q);
  form.put("k", task.k);
  form.put("v", task.v);
  form.put_projection(task.omega);
  if (!task.key_mask.empty()) {
    const std::vector<std::int64_t> mask(task.key_mask.begin(), task.key_mask.end());
    form.file.tensors["key_mask"] =
        make_tensor({task.k.sizes.batch, task.k.sizes.rows}, std::span<const std::int64_t>(mask));
  }
  form.put_sums("initial", task.start);
  form.put("cotangent.out", task.out_cotangent);
  form.put_sums("cotangent", task.end_cotangent);
  form.file.metadata = {{"task", "attention"},
                        {"dtype", dtype_name<T>},
                        {"feature_map", "given"},
                        {"causal", task.causal ? "1" : "0"},
                        {"pullback", task.wants_pullback ? "1" : "0"},
                        {"chunk", std::to_string(task.slice_length)},
                        {"layout", std::string(name(declared.axes))},
                        {"conventions", to_text(task.conventions)}};
  if (!task.features_given) put_feature_map(form.file, task.feature_map);
  form.want("out", task.out_sizes());
  const bool resumable = declared.capabilities.resumable;
  if (resumable) form.want_sums("", task.state_sizes());
  if (task.wants_pullback) {
    form.want("d.q", task.q.sizes);
    form.want("d.k", task.k.sizes);
    form.want("d.v", task.v.sizes);
    if (resumable) form.want_sums("d.initial.", task.state_sizes());
  }
  const auto answer = session.ask({"attention", form.file, form.wanted, form.strides});
  form.take(answer, "out", task.out_sizes(), result.out);
  if (resumable) form.take_sums(answer, "", task.state_sizes(), result.end);
  if (!task.wants_pullback) return;
  form.take(answer, "d.q", task.q.sizes, result.dq);
  form.take(answer, "d.k", task.k.sizes, result.dk);
  form.take(answer, "d.v", task.v.sizes, result.dv);
  if (resumable) form.take_sums(answer, "d.initial.", task.state_sizes(), result.start_gradient);
}

template <class T>
void exchange(Session& session, const FeaturesTask<T>& task, FeaturesResult<T>& result) {
  require_within(session.declaration().restrictions, {.heads = task.x.sizes.heads,
                                                      .length = task.x.sizes.rows,
                                                      .width = task.x.sizes.cols,
                                                      .features = task.out_sizes().cols,
                                                      .value_width = task.x.sizes.cols});
  Form<T> form(session.declaration());
  form.put("x", task.x);
  form.put_projection(task.omega);
  form.file.metadata = {{"task", "features"},
                        {"dtype", dtype_name<T>},
                        {"role", task.is_query ? "query" : "key"},
                        {"layout", std::string(name(session.declaration().axes))},
                        {"conventions", to_text(task.conventions)}};
  put_feature_map(form.file, task.feature_map);
  form.want("features", task.out_sizes());
  const auto answer = session.ask({"features", form.file, form.wanted, form.strides});
  form.take(answer, "features", task.out_sizes(), result.out);
}

template <class T>
void exchange(Session& session, const GradientTask<T>& task, GradientResult<T>& result) {
  if (task.wants_state || task.start != nullptr || task.end_cotangent != nullptr ||
      task.first_position != 0) {
    throw SubjectError("cannot be run on segments of a sequence", Failure::unsupported);
  }
  const Model& model = task.model;
  CaseFile file = to_case_file(
      GradientCase{.model = model,
                   .theta = converted<double>(task.theta, model, MemoryTag::parameters),
                   .omega = converted<double>(task.omega, model),
                   .sequences = task.sequences,
                   .slice_length = task.slice_length,
                   .metadata = {}});
  narrow_reals<T>(file);
  file.metadata["task"] = "gradient";
  put_feature_map(file, model.feature_map);
  file.metadata["dtype"] = dtype_name<T>;
  if (task.counted_targets != 0) {
    file.metadata["counted_targets"] = std::to_string(task.counted_targets);
  }
  std::vector<WantedTensor> wanted = {{"loss", dtype_of<T>, {}}};
  for (const ParameterSlot& slot : task.theta.slots()) {
    wanted.push_back({"grad." + slot.name, dtype_of<T>, shape_of_parameter(slot)});
  }
  const Index B = task.sequences.batch();
  const Index L = task.sequences.length();
  if (task.wants_logits) wanted.push_back({"logits", dtype_of<T>, {B, L, model.vocab_size}});
  const auto answer = session.ask({"gradient", file, wanted});
  result.loss = static_cast<T>(answer.at("loss").real(0));
  for (const ParameterSlot& slot : task.theta.slots()) {
    const Tensor& tensor = answer.at("grad." + slot.name);
    const auto values = result.gradient.values(slot);
    for (std::size_t i = 0; i < tensor.size(); ++i) values[i] = static_cast<T>(tensor.real(i));
  }
  if (!task.wants_logits) return;
  result.logits.resize(B * L, model.vocab_size);
  const Tensor& logits = answer.at("logits");
  for (std::size_t i = 0; i < logits.size(); ++i) {
    result.logits.data()[i] = static_cast<T>(logits.real(i));
  }
}

std::vector<Matrix<double>> ask_projections(Session& session, Index width, Index features,
                                            std::uint64_t first, Index count) {
  CaseFile file;
  file.metadata = {{"task", "projection"},
                   {"kind", std::string(name(*session.declaration().projection))},
                   {"width", std::to_string(width)},
                   {"features", std::to_string(features)},
                   {"seed", std::to_string(first)},
                   {"count", std::to_string(count)}};
  const auto answer =
      session.ask({"projection", file, {{"projection", Dtype::F64, {count, width, features}}}});
  const Tensor& tensor = answer.at("projection");
  std::vector<Matrix<double>> all;
  std::size_t at = 0;
  for (Index n = 0; n < count; ++n) {
    Matrix<double>& omega = all.emplace_back(width, features);
    for (Index i = 0; i < width; ++i) {
      for (Index m = 0; m < features; ++m) omega(i, m) = tensor.real(at++);
    }
    if (omega.allFinite()) continue;
    throw SubjectError("returned a projection that is not finite", Failure::non_finite);
  }
  return all;
}

template void exchange(Session&, const AttentionTask<float>&, AttentionResult<float>&);
template void exchange(Session&, const FeaturesTask<float>&, FeaturesResult<float>&);
template void exchange(Session&, const GradientTask<float>&, GradientResult<float>&);
template void exchange(Session&, const AttentionTask<double>&, AttentionResult<double>&);
template void exchange(Session&, const FeaturesTask<double>&, FeaturesResult<double>&);
template void exchange(Session&, const GradientTask<double>&, GradientResult<double>&);
template void exchange(Session&, const AttentionTask<Float16>&, AttentionResult<Float16>&);
template void exchange(Session&, const FeaturesTask<Float16>&, FeaturesResult<Float16>&);
template void exchange(Session&, const GradientTask<Float16>&, GradientResult<Float16>&);
template void exchange(Session&, const AttentionTask<BFloat16>&, AttentionResult<BFloat16>&);
template void exchange(Session&, const FeaturesTask<BFloat16>&, FeaturesResult<BFloat16>&);
template void exchange(Session&, const GradientTask<BFloat16>&, GradientResult<BFloat16>&);

}  // namespace slim::properties::foreign
