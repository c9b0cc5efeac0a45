#pragma once

#include "properties/engine/failure.hpp"

#include <string>

namespace slim::properties::foreign {

/// A guest that never came to describe itself: on its papers, which else would be those of an
/// earlier run.
struct Unopened {
  Failure failure = Failure::load_error;
  std::string what;     ///< "ended with exit code 3 before it described itself"
  std::string options;  ///< by which it was to be opened, as on a command line
  std::string harness_version;
};

/// JSON with schema, harness, `holds` false, failure and note, as a certificate has them.
std::string to_certificate(const Unopened& unopened);
std::string to_markdown(const Unopened& unopened);
std::string to_html(const Unopened& unopened);
/// One test case, which fails.
std::string to_junit(const Unopened& unopened);

}  // namespace slim::properties::foreign
