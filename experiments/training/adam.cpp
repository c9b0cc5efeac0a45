// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/adam.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <cmath>

namespace slim::experiments {

template <class T>
Adam<T>::Adam(const Model& model, int threads)
    : m(model, MemoryTag::parameters),
      v(model, MemoryTag::parameters),
      workers_(std::make_unique<chunked::Workers>(threads)) {}

template <class T>
void Adam<T>::step(Parameters<T>& theta, const Parameters<T>& gradient, double rate) {
  require(theta.slots() == m.slots() && gradient.slots() == m.slots(),
          "parameters and gradient must have the sizes of Adam's moments");
  ++steps;
  const auto t = static_cast<double>(steps);
  const T b1 = static_cast<T>(beta1);
  const T b2 = static_cast<T>(beta2);
  const T one_b1 = static_cast<T>(1.0 - beta1);
  const T one_b2 = static_cast<T>(1.0 - beta2);
  const T size = static_cast<T>(rate / (1.0 - std::pow(beta1, t)));
  const T scale = static_cast<T>(1.0 / std::sqrt(1.0 - std::pow(beta2, t)));
  const T eps = static_cast<T>(epsilon);

  using Block = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>;
  using ConstBlock = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>;
  constexpr Index block = 1 << 14;
  const auto count = static_cast<Index>(theta.values().size());
  workers_->run((count + block - 1) / block, [&](Index i) {
    const Index first = i * block;
    const Index size_of_block = std::min(block, count - first);
    const ConstBlock g(gradient.values().data() + first, size_of_block);
    Block p(theta.values().data() + first, size_of_block);
    Block mm(m.values().data() + first, size_of_block);
    Block vv(v.values().data() + first, size_of_block);
    constexpr Index stretch = 256;  // fits into the L1 cache
    for (Index at = 0; at < size_of_block; at += stretch) {
      const Index n = std::min(stretch, size_of_block - at);
      const auto gs = g.segment(at, n);
      auto ms = mm.segment(at, n);
      auto vs = vv.segment(at, n);
      ms = b1 * ms + one_b1 * gs;
      vs = b2 * vs + one_b2 * gs.square();
      p.segment(at, n) -= size * ms / (scale * vs.sqrt() + eps);
    }
  });
}

template class Adam<float>;
template class Adam<double>;

}  // namespace slim::experiments
