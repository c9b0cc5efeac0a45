// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/rows/scalar_functions.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"

#include <array>

namespace slim::chunked {

/// GeLU(u) = u Φ(u) and its slope Φ(u) + u φ(u), entry by entry, in any scalar. Φ(u) =
/// erfc(-u/√2)/2 is accurate also for very negative u.
template <class T>
class Gelu {
 public:
  void apply(const T* u, T* out, Index size) const {
    for (Index i = 0; i < size; ++i) out[i] = u[i] * distribution(u[i]);
  }
  /// out = GeLU(u); u = GeLU'(u), in place.
  void apply_and_differentiate(T* u, T* out, Index size) const {
    for (Index i = 0; i < size; ++i) {
      const T share = distribution(u[i]);
      out[i] = u[i] * share;
      u[i] = share + u[i] * (exp(T(u[i] * u[i] * minus_half_)) * inverse_sqrt_2_pi_);
    }
  }

 private:
  T distribution(const T& u) const { return erfc(T(u * minus_inverse_sqrt_2_)) * T(0.5); }

  T minus_half_ = T(-0.5);
  T minus_inverse_sqrt_2_ = T(-1) / sqrt(T(2));
  T inverse_sqrt_2_pi_ = T(1) / sqrt(T(T(2) * pi<T>()));
};

/// The same of the tanh approximation: Φ(u) = (1 + tanh w)/2 = 1/(1 + exp(-2w)) with
/// w = √(2/π)(u + c u³), c = 0.044715, whose slope is 2 Φ (1 − Φ) w'.
template <class T>
class TanhGelu {
 public:
  void apply(const T* u, T* out, Index size) const {
    for (Index i = 0; i < size; ++i) out[i] = u[i] * distribution(u[i]);
  }
  void apply_and_differentiate(T* u, T* out, Index size) const {
    for (Index i = 0; i < size; ++i) {
      const T x = u[i];
      const T share = distribution(x);
      const T slope = root_ * (T(1) + T(3) * cubic_ * x * x);
      out[i] = x * share;
      u[i] = share + x * (T(2) * share * (T(1) - share) * slope);
    }
  }

 private:
  T distribution(const T& u) const {
    return T(1) / (T(1) + exp(T(T(-2) * root_ * (u + cubic_ * u * u * u))));
  }

  T cubic_ = T(0.044715);
  T root_ = sqrt(T(T(2) / pi<T>()));
};

/// Chebyshev coefficients c_m of erfc(z) exp(z²)/t = Σ c_m T_m(2t - 1), t = 3/(3 + z), z ≥ 0. They
/// fall by a factor of about 4 per term. Computed in 60 digits from MPFR's erfc at 200 nodes.
inline constexpr std::array<double, 25> scaled_erfc_coefficients = {
    0.47114607466029065351,     0.37715894969156579281,     0.11803603344749545425,
    0.028362346699695151515,    0.0048717577576055463876,   0.00045985238787654427861,
    -2.1430222381053151936e-05, -1.301447369924134885e-05,  -8.8092835828535136335e-07,
    2.7464800479702844527e-07,  4.4159918992237855084e-08,  -6.3984083855754828413e-09,
    -1.6768357212484644169e-09, 1.9473354700890024143e-10,  6.2474413034693895106e-11,
    -8.1245575522444957677e-12, -2.3303146132225656931e-12, 4.1910385392253326572e-13,
    8.1933352688130330126e-14,  -2.3352472107929294478e-14, -2.2442585649165056032e-15,
    1.2811435298050201676e-15,  1.1054582965696833234e-18,  -6.4457951356520037853e-17,
    6.5251759755676986933e-18};

/// The same for hardware scalars, many entries at a time.
/// Error: Φ within 8 units in the last place, relative, down to underflow.
template <class T>
requires is_hardware_float<T>
class Gelu<T> {
 public:
  void apply(const T* u, T* out, Index size) const {
    for_each_pack(size, [&](Index at, Index count) {
      const Pack x = load(u + at, count);
      Pack share;
      Pack bell;
      distribution(x, share, bell);
      store(x * share, out + at, count);
    });
  }
  void apply_and_differentiate(T* u, T* out, Index size) const {
    for_each_pack(size, [&](Index at, Index count) {
      const Pack x = load(u + at, count);
      Pack share;
      Pack bell;
      distribution(x, share, bell);
      store(x * share, out + at, count);
      store(share + x * bell * T(0.3989422804014327), u + at, count);
    });
  }

 private:
  static constexpr Index pack = 64;
  using Pack = Eigen::Array<T, pack, 1>;
  static constexpr bool single = std::is_same_v<T, float>;
  /// Coefficients below half a unit in the last place are left out.
  static constexpr int terms = single ? 13 : 25;

  template <class Body>
  static void for_each_pack(Index size, const Body& body) {
    for (Index at = 0; at < size; at += pack) body(at, std::min(pack, size - at));
  }
  static Pack load(const T* from, Index count) {
    if (count == pack) return Eigen::Map<const Pack>(from);
    Pack x = Pack::Zero();
    std::copy_n(from, count, x.data());
    return x;
  }
  static void store(const Pack& x, T* to, Index count) { std::copy_n(x.data(), count, to); }

  /// share = Φ(u), bell = exp(-u²/2).
  static void distribution(const Pack& u, Pack& share, Pack& bell) {
    // Beyond this Φ underflows or is 1.
    constexpr T far = single ? T(15) : T(39);
    const Pack x = u.max(-far).min(far);
    // u² = h² + (u - h)(u + h), where h has half the digits: h² is exact, so exp loses nothing.
    constexpr T splitter = single ? T(4097) : T(134217729);
    const Pack shifted = x * splitter;
    const Pack h = shifted - (shifted - x);
    const Pack rest = (x - h) * (x + h) * T(-0.5);
    const Pack correction =
        rest * (T(1) + rest * (T(0.5) + rest * (T(1) / T(6) + rest * (T(1) / T(24)))));
    const Pack coarse = (h * h * T(-0.5)).exp();
    bell = coarse + coarse * correction;

    const Pack z = x.abs() * T(0.7071067811865476);
    const Pack t = T(3) / (T(3) + z);
    // Clenshaw's recurrence in y = 2t - 1.
    const Pack two_y = t * T(4) - T(2);
    Pack b1 = Pack::Zero();
    Pack b2 = Pack::Zero();
    for (int m = terms - 1; m >= 1; --m) {
      const Pack b0 = two_y * b1 - b2 + static_cast<T>(scaled_erfc_coefficients[m]);
      b2 = b1;
      b1 = b0;
    }
    const Pack scaled = two_y * T(0.5) * b1 - b2 + static_cast<T>(scaled_erfc_coefficients[0]);
    const Pack tail = scaled * t * bell * T(0.5);
    share = (u < T(0)).select(tail, T(1) - tail);
  }
};

}  // namespace slim::chunked
