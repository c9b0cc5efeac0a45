// SPDX-License-Identifier: Apache-2.0
#include "reference/numbers/interval.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

namespace slim::reference {
namespace {

std::string text(const Interval& x) {
  return "[" + x.lower().str(20) + ", " + x.upper().str(20) + "]";
}

[[noreturn]] void refuse(const Interval& a, const char* relation, const Interval& b) {
  throw UndecidableComparison("cannot decide whether " + text(a) + " " + relation + " " + text(b) +
                              ": the intervals overlap");
}

using Function = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

Digits50 rounded(Function f, const Digits50& x, mpfr_rnd_t direction) {
  Digits50 result;
  f(result.backend().data(), x.backend().data(), direction);
  return result;
}

}  // namespace

Interval::Interval(const Digits50& lower, const Digits50& upper) {
  require(lower <= upper, "the lower end of an interval must be at most its upper end");
  mpfi_interv_fr(value_.backend().data(), lower.backend().data(), upper.backend().data());
}

Digits50 Interval::lower() const {
  Digits50 end;
  mpfr_set(end.backend().data(), value_.backend().left_data(), MPFR_RNDD);
  return end;
}

Digits50 Interval::upper() const {
  Digits50 end;
  mpfr_set(end.backend().data(), value_.backend().right_data(), MPFR_RNDU);
  return end;
}

Digits50 Interval::width() const {
  const Digits50 left = lower();
  const Digits50 right = upper();
  Digits50 difference;
  mpfr_sub(difference.backend().data(), right.backend().data(), left.backend().data(), MPFR_RNDU);
  return difference;
}

bool operator<(const Interval& a, const Interval& b) {
  if (a.upper() < b.lower()) return true;
  if (a.lower() >= b.upper()) return false;
  refuse(a, "<", b);
}

bool operator==(const Interval& a, const Interval& b) {
  if (a.upper() < b.lower() || a.lower() > b.upper()) return false;
  if (a.lower() == b.upper() && a.upper() == b.lower()) return true;
  refuse(a, "=", b);
}

Interval erf(const Interval& x) {
  return {rounded(mpfr_erf, x.lower(), MPFR_RNDD), rounded(mpfr_erf, x.upper(), MPFR_RNDU)};
}

Interval erfc(const Interval& x) {
  return {rounded(mpfr_erfc, x.upper(), MPFR_RNDD), rounded(mpfr_erfc, x.lower(), MPFR_RNDU)};
}

}  // namespace slim::reference
