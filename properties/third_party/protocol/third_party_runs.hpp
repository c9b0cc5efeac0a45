// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/engine.hpp"
#include "properties/third_party/protocol/foreign_subject.hpp"

namespace slim::properties::foreign {

/// properties/third_party/kit/, the folder of examples and faults.
extern const std::string folder;

/// The path of a library among the examples and faults.
std::string library(const std::string& name);

/// Whether the tests' Python has this module.
bool has_module(const std::string& module);

/// Runs the named laws, adapted to the claims of the third-party subject.
RunResult run_on(const ForeignSubject& foreign, const std::vector<std::string>& names, int cases,
                 std::vector<Scalar> scalars = {Scalar::float32}, bool covers_sizes = false);

}  // namespace slim::properties::foreign
