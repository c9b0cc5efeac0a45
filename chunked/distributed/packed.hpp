// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/scalar.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

namespace slim::chunked::distributed {

/// A number as it crosses ranks. Its bytes, for all scalars but one.
template <class T>
struct PackedNumber {
  static_assert(std::is_trivially_copyable_v<T>);
  using type = T;
  static const T& of(const T& x) { return x; }
  static const T& value(const T& x) { return x; }
};

/// 50 digits are held by a pointer to their limbs, so that limbs, exponent and sign are copied.
/// Zeros, infinities and NaN have their own exponents in MPFR and no digits.
template <>
struct PackedNumber<Digits50> {
  static constexpr std::size_t limbs = 3;
  struct type {
    std::array<mp_limb_t, limbs> digits;
    std::int64_t exponent;
    std::int64_t sign;
  };
  static type of(const Digits50& x) {
    const __mpfr_struct& from = *x.backend().data();
    type packed{.digits = {}, .exponent = from._mpfr_exp, .sign = from._mpfr_sign};
    if (mpfr_regular_p(&from) != 0) std::copy_n(from._mpfr_d, used(from), packed.digits.begin());
    return packed;
  }
  static Digits50 value(const type& packed) {
    Digits50 x;
    __mpfr_struct& to = *x.backend().data();
    to._mpfr_exp = static_cast<mpfr_exp_t>(packed.exponent);
    to._mpfr_sign = static_cast<mpfr_sign_t>(packed.sign);
    if (mpfr_regular_p(&to) != 0) std::copy_n(packed.digits.begin(), used(to), to._mpfr_d);
    return x;
  }

 private:
  static std::size_t used(const __mpfr_struct& x) {
    constexpr std::size_t bits = 8 * sizeof(mp_limb_t);
    return std::min(limbs, (static_cast<std::size_t>(x._mpfr_prec) + bits - 1) / bits);
  }
};

/// Bytes of a number as it crosses ranks.
template <class T>
inline constexpr std::size_t packed_size = sizeof(typename PackedNumber<T>::type);

template <class T>
std::vector<std::byte> packed(std::span<const T> numbers) {
  std::vector<std::byte> bytes(numbers.size() * packed_size<T>);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const typename PackedNumber<T>::type one = PackedNumber<T>::of(numbers[i]);
    std::memcpy(bytes.data() + i * sizeof(one), &one, sizeof(one));
  }
  return bytes;
}

/// Requires `bytes` of as many numbers.
template <class T>
void unpack(std::span<const std::byte> bytes, std::span<T> numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    typename PackedNumber<T>::type one;
    std::memcpy(&one, bytes.data() + i * sizeof(one), sizeof(one));
    numbers[i] = PackedNumber<T>::value(one);
  }
}

}  // namespace slim::chunked::distributed
