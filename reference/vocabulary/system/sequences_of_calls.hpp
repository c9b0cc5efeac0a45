// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>
#include <rapidcheck/detail/TestListenerAdapter.h>
#include <rapidcheck/state.h>

#include <sstream>
#include <string>
#include <unordered_map>

namespace slim {

/// For tests: runs a property, which calls rc::state::check(), on random sequences of calls with a
/// fixed seed. Empty if it holds, else the shrunk sequence with what was wrong.
template <class Property>
std::string failing_calls(int sequences, Property property) {
  rc::detail::TestParams parameters;
  parameters.seed = 1;
  parameters.maxSuccess = sequences;
  parameters.maxSize = 30;  // calls per sequence, about
  rc::detail::TestListenerAdapter silent;
  const std::unordered_map<std::string, rc::detail::Reproduce> none;
  const auto result =
      rc::detail::checkTestable(property, rc::detail::TestMetadata(), parameters, silent, none);
  if (result.template is<rc::detail::SuccessResult>()) return {};
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  return text.str();
}

}  // namespace slim
