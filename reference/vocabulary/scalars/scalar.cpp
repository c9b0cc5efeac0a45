// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/scalars/scalar.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

namespace slim {

std::string_view name(Scalar scalar) {
  switch (scalar) {
    case Scalar::float32:
      return "float32";
    case Scalar::float64:
      return "float64";
    case Scalar::digits50:
      return "digits50";
    case Scalar::float16:
      return "float16";
    case Scalar::bfloat16:
      return "bfloat16";
  }
  return "unknown";
}

Scalar parse_scalar(std::string_view text) {
  if (text == "float32" || text == "float") return Scalar::float32;
  if (text == "float64" || text == "double") return Scalar::float64;
  if (text == "digits50") return Scalar::digits50;
  if (text == "float16" || text == "half") return Scalar::float16;
  if (text == "bfloat16") return Scalar::bfloat16;
  throw ContractError("scalar '" + on_one_line(text) +
                      "' is unknown: allowed are float32, float64, digits50, float16, bfloat16");
}

double unit_roundoff(Scalar scalar) {
  switch (scalar) {
    case Scalar::float32:
      return std::numeric_limits<float>::epsilon() / 2.0;
    case Scalar::float64:
      return std::numeric_limits<double>::epsilon() / 2.0;
    case Scalar::digits50:
      return to_double(std::numeric_limits<Digits50>::epsilon()) / 2.0;
    case Scalar::float16:
      return 0x1p-11;
    case Scalar::bfloat16:
      return 0x1p-8;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace slim
