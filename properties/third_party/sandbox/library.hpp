// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace slim::properties::foreign {

/// Loads a shared library of slim_subject.h and serves it by the protocol of programs, on standard
/// input and output. Every array is between inaccessible pages and ends where these begin: inputs
/// in read-only pages, outputs filled with NaN. The space before an array holds a pattern that is
/// checked afterwards. Output printed by the library goes to standard error. Returns an exit code.
int serve_library(const char* path);

}  // namespace slim::properties::foreign
