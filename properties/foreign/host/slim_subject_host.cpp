// slim-subject-host: what stands between the harness and a subject that it does not trust.
#include "properties/foreign/host/keeper.hpp"
#include "properties/foreign/host/library.hpp"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string_view>

namespace {

int serve(int count, char** arguments) {
  using namespace slim::properties::foreign;
  const std::string_view mode = count > 1 ? arguments[1] : "";
  if (mode == "keep" && count > 4) {
    Keep keep{.scratch = arguments[2], .memory_bytes = 0};
    const char* end = arguments[3] + std::strlen(arguments[3]);
    if (std::from_chars(arguments[3], end, keep.memory_bytes).ptr == end) {
      return keep_subject(keep, arguments + 4);
    }
  }
  if (mode == "library" && count == 3) return serve_library(arguments[2]);
  std::fprintf(stderr,
               "slim-subject-host: the other programs of the harness run it: "
               "keep SCRATCH BYTES COMMAND..., or library FILE.so\n");
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
