// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/failure.hpp"

#include <string>

namespace slim::properties::foreign {

/// A third-party subject that never described itself. Its reports are written all the same, since
/// otherwise those of an earlier run would remain.
struct Unopened {
  Failure failure = Failure::load_error;
  std::string what;     ///< "ended with exit code 3 before it described itself"
  std::string options;  ///< of the command line, that select the subject
  std::string harness_version;
};

/// JSON with the fields schema, harness, `holds` (false), failure and note of a certificate.
std::string to_certificate(const Unopened& unopened);
std::string to_markdown(const Unopened& unopened);
std::string to_html(const Unopened& unopened);
/// One failing test case.
std::string to_junit(const Unopened& unopened);

}  // namespace slim::properties::foreign
