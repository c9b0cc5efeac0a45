#pragma once

namespace slim::properties::foreign {

/// Loads a shared library of slim_subject.h and serves it as a foreign program, on standard input
/// and output. Every array stands between pages that cannot be touched: inputs at the end of pages
/// that cannot be written, outputs full of NaN in front of such a page, the rest of their pages
/// filled with a pattern that is looked at afterwards. What the library prints goes to standard
/// error. Returns an exit code.
int serve_library(const char* path);

}  // namespace slim::properties::foreign
