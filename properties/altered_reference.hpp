// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/catalogue.hpp"

namespace slim::properties {

/// For tests: the reference, with `alter(task, result)` applied to its answer in float32, float64
/// and 50 digits.
template <class Alter>
Subject altered_reference(std::string name, Alter alter) {
  Subject subject = reference_subject();
  subject.name = std::move(name);
  const auto altered = [alter]<class T>(const GradientFunction<T>& correct) {
    return GradientFunction<T>(
        [alter, correct](const GradientTask<T>& task, GradientResult<T>& result) {
          correct(task, result);
          alter(task, result);
        });
  };
  subject.gradient.in<float>() = altered(subject.gradient.in<float>());
  subject.gradient.in<double>() = altered(subject.gradient.in<double>());
  subject.gradient.in<Digits50>() = altered(subject.gradient.in<Digits50>());
  return subject;
}

}  // namespace slim::properties
