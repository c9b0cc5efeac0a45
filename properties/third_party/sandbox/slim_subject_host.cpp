// SPDX-License-Identifier: Apache-2.0
// slim-subject-host: supervises an untrusted program, or serves a shared library.
#include "properties/third_party/sandbox/library.hpp"
#include "properties/third_party/sandbox/supervisor.hpp"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string_view>

namespace {

bool reads(const char* text, std::int64_t& number) {
  const char* end = text + std::strlen(text);
  return std::from_chars(text, end, number).ptr == end;
}

int serve(int count, char** arguments) {
  using namespace slim::properties::foreign;
  const std::string_view mode = count > 1 ? arguments[1] : "";
  if (mode == "keep" && count > 5) {
    Keep keep{.scratch = arguments[2], .memory_bytes = 0, .address_space_bytes = 0};
    if (reads(arguments[3], keep.memory_bytes) && reads(arguments[4], keep.address_space_bytes)) {
      return keep_subject(keep, arguments + 5);
    }
  }
  if (mode == "library" && count == 3) return serve_library(arguments[2]);
  if (mode == "--version" && count == 2) {
    std::printf("slim-subject-host %s: a part of slim-verify, see slim-verify --version\n",
                SLIM_VERSION);
    return std::fflush(stdout) == 0 ? 0 : 3;
  }
  std::fprintf(stderr,
               "usage (by the other programs of the harness): slim-subject-host "
               "keep SCRATCH BYTES ADDRESSES COMMAND... | library FILE.so\n");
  return 2;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return serve(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "slim-subject-host: %s\n", error.what());
    return 3;
  }
}
