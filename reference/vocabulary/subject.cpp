#include "reference/vocabulary/subject.hpp"

#include <algorithm>

#include "reference/vocabulary/contract.hpp"

namespace slim {

template <class T>
void require_valid(const GradientTask<T>& task) {
  require_valid(task.model);
  require(task.sequences.batch() >= 1 && task.sequences.length() >= 1,
          "there is at least one sequence, with at least one target");
  require_valid(task.sequences, task.model.vocab_size);
  require(task.slice_length >= 1,
          "slice length is at least 1, not " + std::to_string(task.slice_length));
  require(task.first_position >= 0, "first position is not negative");
  require(task.counted_targets >= 0, "counted targets is not negative");
  require(task.threads >= 1, "threads is at least 1, not " + std::to_string(task.threads));
  require(task.theta.values().size() == Parameters<T>(task.model, MemoryTag::parameters).values().size(),
          "the parameters have the model's sizes");
  require(task.omega.empty() == (task.model.feature_map.kind != FeatureKind::favor_plus),
          "a projection is given exactly when the feature map is favor+");
}

template void require_valid(const GradientTask<float>&);
template void require_valid(const GradientTask<double>&);
template void require_valid(const GradientTask<Digits50>&);
template void require_valid(const GradientTask<Counted>&);

bool GradientFunctions::offers(Scalar scalar) const {
  switch (scalar) {
    case Scalar::float32:
      return static_cast<bool>(in<float>());
    case Scalar::float64:
      return static_cast<bool>(in<double>());
    case Scalar::digits50:
      return static_cast<bool>(in<Digits50>());
  }
  return false;
}

bool GradientFunctions::offers_any() const {
  return offers(Scalar::float32) || offers(Scalar::float64) || offers(Scalar::digits50);
}

bool Capabilities::takes(FeatureKind kind) const {
  return std::find(feature_maps.begin(), feature_maps.end(), kind) != feature_maps.end();
}

}  // namespace slim
