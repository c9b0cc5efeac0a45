// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <type_traits>

namespace slim {

using Index = Eigen::Index;

/// Matrices are row-major throughout, as the case file stores them; vectors are columns.
template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;
template <class T>
using RowVector = Eigen::Matrix<T, 1, Eigen::Dynamic>;

namespace detail {
template <class T, class Plain>
using like = std::conditional_t<std::is_const_v<T>, const Plain, Plain>;
}

/// A view of a contiguous matrix; `MatrixView<const T>` is read-only.
template <class T>
using MatrixView = Eigen::Map<detail::like<T, Matrix<std::remove_const_t<T>>>>;
template <class T>
using VectorView = Eigen::Map<detail::like<T, Vector<std::remove_const_t<T>>>>;

/// A view of some columns of a row-major matrix, such as one head's.
template <class T>
using StridedView = Eigen::Map<detail::like<T, Matrix<std::remove_const_t<T>>>, Eigen::Unaligned,
                               Eigen::OuterStride<>>;

}  // namespace slim
