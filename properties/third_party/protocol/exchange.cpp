// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/exchange.hpp"

#include "properties/third_party/protocol/task_file.hpp"
#include "reference/vocabulary/case_file/gradient_case.hpp"
#include "reference/vocabulary/task/attention_view.hpp"

namespace slim::properties::foreign {
namespace {

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
  const FormedTask in_form = formed(declared.form, {.sizes = task.v.sizes,
                                                    .causal = task.causal,
                                                    .groups = task.groups,
                                                    .key_mask = task.key_mask,
                                                    .query_mask = task.query_mask});
  TaskFile<T> form(declared);
  form.put("q", task.q, in_form.queries);
  form.put("k", task.k, in_form.keys);
  form.put("v", task.v, in_form.values);
  form.put_projection(task.omega, in_form.projection);
  form.put_starts("cu_seqlens", in_form.query_starts);
  form.put_starts("cu_seqlens_k", in_form.key_starts);
  form.put_mask(in_form.key_mask, task.v.sizes.batch);
  form.put_sums("initial", task.start, in_form.states);
  form.put("cotangent.out", task.out_cotangent, in_form.output);
  form.put_sums("cotangent", task.end_cotangent, in_form.states);
  form.file.metadata = {{"task", "attention"},
                        {"dtype", dtype_name<T>},
                        {"feature_map", "given"},
                        {"causal", task.causal ? "1" : "0"},
                        {"pullback", task.wants_pullback ? "1" : "0"},
                        {"chunk", std::to_string(task.slice_length)},
                        {"layout", std::string(name(declared.axes))},
                        {"conventions", to_text(task.conventions)}};
  if (!task.features_given) put_feature_map(form.file, task.feature_map);
  form.want("out", task.out_sizes(), in_form.output);
  const bool resumable = declared.capabilities.resumable;
  const Part& states = in_form.states;
  if (resumable) form.want_sums("", task.state_sizes(), states);
  if (task.wants_pullback) {
    form.want("d.q", task.q.sizes, in_form.queries);
    form.want("d.k", task.k.sizes, in_form.keys);
    form.want("d.v", task.v.sizes, in_form.values);
    if (resumable) form.want_sums("d.initial.", task.state_sizes(), states);
  }
  const auto answer = session.ask({"attention", form.file, form.wanted, form.strides});
  form.take(answer, "out", task.out_sizes(), in_form.output, result.out);
  if (resumable) {
    form.take_sums(answer, "", task.state_sizes(), states, result.end);
    share_heads(result.end, states.group);
  }
  if (!task.wants_pullback) return;
  form.take(answer, "d.q", task.q.sizes, in_form.queries, result.dq);
  form.take(answer, "d.k", task.k.sizes, in_form.keys, result.dk);
  form.take(answer, "d.v", task.v.sizes, in_form.values, result.dv);
  if (resumable) {
    form.take_sums(answer, "d.initial.", task.state_sizes(), states, result.start_gradient);
  }
}

template <class T>
void exchange(Session& session, const FeaturesTask<T>& task, FeaturesResult<T>& result) {
  require_within(session.declaration().restrictions, {.heads = task.x.sizes.heads,
                                                      .length = task.x.sizes.rows,
                                                      .width = task.x.sizes.cols,
                                                      .features = task.out_sizes().cols,
                                                      .value_width = task.x.sizes.cols});
  TaskFile<T> form(session.declaration());
  form.put("x", task.x, {});
  form.put_projection(task.omega, {});
  form.file.metadata = {{"task", "features"},
                        {"dtype", dtype_name<T>},
                        {"role", task.is_query ? "query" : "key"},
                        {"layout", std::string(name(session.declaration().axes))},
                        {"conventions", to_text(task.conventions)}};
  put_feature_map(form.file, task.feature_map);
  form.want("features", task.out_sizes(), {});
  const auto answer = session.ask({"features", form.file, form.wanted, form.strides});
  form.take(answer, "features", task.out_sizes(), {}, result.out);
}

namespace {

/// The arrays of a state of a whole model, R [B, s, k, d, M] (or [.., M, d]) and S [B, s, k, M].
class StateArrays {
 public:
  StateArrays(const Model& model, Index batch, bool transposed)
      : model_(model), batch_(batch), transposed_(transposed) {}

  [[nodiscard]] Shape shape_of_R() const {
    Shape shape = shape_of_S();
    shape.insert(shape.end() - (transposed_ ? 0 : 1), model_.head_dim());
    return shape;
  }
  [[nodiscard]] Shape shape_of_S() const {
    return {batch_, model_.layers, model_.heads, model_.features()};
  }
  template <class A>
  void put(CaseFile& file, const std::string& prefix, const State<A>* state) const {
    if (state == nullptr) return;
    State<A> copy = *state;
    std::vector<A> R;
    std::vector<A> S;
    for_each(copy, [&](A& x, bool is_of_R) { (is_of_R ? R : S).push_back(x); });
    file.tensors[prefix + "R"] = tensor_of(shape_of_R(), R);
    file.tensors[prefix + "S"] = tensor_of(shape_of_S(), S);
  }
  template <class A>
  void want(std::vector<WantedTensor>& wanted, const std::string& prefix) const {
    wanted.push_back({prefix + "R", dtype_of<A>, shape_of_R()});
    wanted.push_back({prefix + "S", dtype_of<A>, shape_of_S()});
  }
  template <class A>
  State<A> take(const std::map<std::string, Tensor>& answer, const std::string& prefix) const {
    State<A> state(model_, batch_);
    const Tensor& R = answer.at(prefix + "R");
    const Tensor& S = answer.at(prefix + "S");
    std::size_t of_R = 0;
    std::size_t of_S = 0;
    for_each(state, [&](A& x, bool is_of_R) {
      x = static_cast<A>(is_of_R ? R.real(of_R++) : S.real(of_S++));
    });
    return state;
  }

 private:
  /// Calls visit(entry, whether it is one of R) in the order of the arrays.
  template <class A, class Visit>
  void for_each(State<A>& state, const Visit& visit) const {
    const Index d = model_.head_dim();
    const Index M = model_.features();
    for (Index b = 0; b < batch_; ++b) {
      for (Index r = 0; r < model_.layers; ++r) {
        for (Index h = 0; h < model_.heads; ++h) {
          auto R = state.R(b, r, h);
          for (Index at = 0; at < d * M; ++at) {
            visit(transposed_ ? R(at % d, at / d) : R(at / M, at % M), true);
          }
          auto S = state.S(b, r, h);
          for (Index m = 0; m < M; ++m) visit(S(m), false);
        }
      }
    }
  }

  const Model& model_;
  Index batch_;
  bool transposed_;
};

}  // namespace

template <class T>
void exchange(Session& session, const GradientTask<T>& task, GradientResult<T>& result) {
  using A = accumulator_t<T>;
  const Declaration& declared = session.declaration();
  if (!declared.capabilities.resumable_models &&
      (task.wants_state || task.start != nullptr || task.end_cotangent != nullptr ||
       task.first_position != 0)) {
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
  const StateArrays states(model, B, declared.transposed_state);
  states.put(file, "initial.", task.start);
  states.put(file, "cotangent.", task.end_cotangent);
  if (task.first_position != 0) {
    file.metadata["first_position"] = std::to_string(task.first_position);
  }
  if (task.wants_state) {
    states.want<A>(wanted, "");
    states.want<A>(wanted, "d.initial.");
  }
  if (task.wants_logits) wanted.push_back({"logits", dtype_of<T>, {B, L, model.vocab_size}});
  const auto answer = session.ask({"gradient", file, wanted});
  result.loss = static_cast<T>(answer.at("loss").real(0));
  for (const ParameterSlot& slot : task.theta.slots()) {
    const Tensor& tensor = answer.at("grad." + slot.name);
    const auto values = result.gradient.values(slot);
    for (std::size_t i = 0; i < tensor.size(); ++i) values[i] = static_cast<T>(tensor.real(i));
  }
  if (task.wants_state) {
    result.end = states.take<A>(answer, "");
    result.start_cotangent = states.take<A>(answer, "d.initial.");
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
