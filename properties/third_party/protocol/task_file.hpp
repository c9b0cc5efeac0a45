// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/protocol/exchange.hpp"
#include "properties/third_party/protocol/formed_task.hpp"
#include "properties/third_party/protocol/session.hpp"
#include "reference/vocabulary/scalars/accumulator.hpp"

#include <array>
#include <limits>
#include <map>

namespace slim::properties::foreign {

using Shape = std::vector<std::int64_t>;

template <class T>
inline constexpr Dtype dtype_of = std::is_same_v<T, float>     ? Dtype::F32
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
inline std::array<int, 4> axes_in(AxisOrder order) {
  switch (order) {
    case AxisOrder::blhd:
      return {0, 2, 1, 3};
    case AxisOrder::lbhd:
      return {2, 0, 1, 3};
    default:
      return {0, 1, 2, 3};
  }
}

inline Shape shape_in(AxisOrder order, const HeadsSizes& sizes) {
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
class TaskFile {
 public:
  using A = accumulator_t<T>;

  explicit TaskFile(const Declaration& declared) : declared_(declared) {}

  CaseFile file;
  std::vector<WantedTensor> wanted;
  std::map<std::string, Shape> strides;

  void put(const std::string& name, const HeadsView<T>& view, const Part& part) {
    if (view.empty()) return;
    HeadsStrides as_given = view.strides;
    if (part.is_whole()) {
      put_as(name, view, declared_.axes);
    } else {
      put_as(name, part_of(view, part).view(), declared_.axes);
      as_given = part.strides_like(view.strides, view.sizes);
    }
    if (as_given == contiguous(part.sizes_of(view.sizes))) return;
    put_strides(name, as_given, axes_in(declared_.axes));
  }
  /// ω [1, H, D, M] as [H, D, M], or [D, M] if it is declared to be shared.
  void put_projection(const HeadsView<T>& omega, const Part& part) {
    if (omega.empty()) return;
    const bool shared = declared_.restrictions.shared_projection;
    const Heads<T> of_groups = part_of(omega, part);
    HeadsView<T> given = of_groups.view();
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
    if (omega.strides == contiguous(omega.sizes)) return;
    const HeadsStrides as_given = part.strides_like(omega.strides, omega.sizes);
    if (shared) {
      put_strides("projection", as_given, std::array{2, 3});
    } else {
      put_strides("projection", as_given, std::array{1, 2, 3});
    }
  }
  /// RS [B, H, D_v + 1, M] as R and S. Sums of narrow scalars are in float32.
  void put_sums(const std::string& prefix, const HeadsView<A>& all, const Part& part) {
    if (all.empty()) return;
    const Heads<A> sums = part_of(all, part);
    const HeadsView<A> RS = sums.view();
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
    if (all.strides == contiguous(all.sizes)) return;
    const HeadsStrides as_given = part.strides_like(all.strides, all.sizes);
    const bool transposed = declared_.transposed_state;
    put_strides(prefix + ".R", as_given, std::array{0, 1, transposed ? 3 : 2, transposed ? 2 : 3});
    put_strides(prefix + ".S", as_given, std::array{0, 1, 3});
  }
  /// The first row of each packed sequence, and the number of rows.
  void put_starts(const std::string& name, const std::vector<std::int64_t>& starts) {
    if (starts.empty()) return;
    file.tensors[name] = make_tensor({static_cast<std::int64_t>(starts.size())},
                                     std::span<const std::int64_t>(starts));
  }
  /// As declared: 1 or 0 for keys that take part or not, or 0 or −∞.
  void put_mask(const std::vector<std::uint8_t>& mask, Index batch) {
    if (mask.empty()) return;
    const Shape shape = {batch, static_cast<Index>(mask.size()) / batch};
    if (declared_.form.mask == DeclaredForm::Mask::additive) {
      std::vector<T> added;
      constexpr float infinity = std::numeric_limits<float>::infinity();
      for (const std::uint8_t part : mask) added.push_back(T(part == 0 ? -infinity : 0.0F));
      file.tensors["key_mask"] = tensor_of(shape, added);
    } else {
      const std::vector<std::int64_t> numbers(mask.begin(), mask.end());
      file.tensors["key_mask"] = make_tensor(shape, std::span<const std::int64_t>(numbers));
    }
  }
  void want(const std::string& name, const HeadsSizes& all, const Part& part) {
    wanted.push_back({name, dtype_of<T>, shape_in(declared_.axes, part.sizes_of(all))});
  }
  void want_sums(const std::string& prefix, const HeadsSizes& all, const Part& part) {
    const HeadsSizes sizes = part.sizes_of(all);
    wanted.push_back({prefix + "R", dtype_of<A>, shape_of_R(sizes)});
    wanted.push_back({prefix + "S", dtype_of<A>, {sizes.batch, sizes.heads, sizes.cols}});
  }

  using Answer = std::map<std::string, Tensor>;
  void take(const Answer& answer, const std::string& name, const HeadsSizes& all, const Part& part,
            Heads<T>& heads) const {
    if (!part.is_whole()) {
      Heads<T> given;
      take(answer, name, part.sizes_of(all), Part(), given);
      put_part(given, part, all, heads);
      return;
    }
    const HeadsSizes& sizes = all;
    heads.resize(sizes, MemoryTag::result);
    const Tensor& tensor = answer.at(name);
    const std::span<T> values = heads.values();
    walk(declared_.axes, sizes, contiguous(sizes), [&](std::size_t place, Index offset) {
      values[static_cast<std::size_t>(offset)] = static_cast<T>(tensor.real(place));
    });
  }
  void take_sums(const Answer& answer, const std::string& prefix, const HeadsSizes& all,
                 const Part& part, Heads<A>& RS) const {
    if (!part.is_whole()) {
      Heads<A> given;
      take_sums(answer, prefix, part.sizes_of(all), Part(), given);
      put_part(given, part, all, RS);
      return;
    }
    const HeadsSizes& sizes = all;
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
  /// Strides of an array with these axes of B, H, rows, columns.
  void put_strides(const std::string& name, const HeadsStrides& as_given, const auto& axes) {
    for (const int axis : axes) {
      strides[name].push_back(steps_of(as_given).at(static_cast<std::size_t>(axis)));
    }
  }
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

}  // namespace slim::properties::foreign
