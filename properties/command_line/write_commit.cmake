# SPDX-License-Identifier: Apache-2.0
# Writes OUTPUT, a header with the commit and a fingerprint of the sources under SOURCE, in
# NAMESPACE; does not touch it when nothing has changed. Works without git and outside a repository.
set(commit "unknown")
find_program(GIT git)
if(GIT)
  execute_process(
    # Also if the files belong to another user, as in a container that mounts them.
    COMMAND ${GIT} -c safe.directory=* -C ${SOURCE} describe --always --dirty --abbrev=12
    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
  if(status EQUAL 0 AND described)
    set(commit "${described}")
  endif()
endif()

# All sources that affect measurements: everything but tests and plots.
set(all "")
foreach(folder reference chunked properties experiments)
  file(GLOB_RECURSE found LIST_DIRECTORIES false RELATIVE ${SOURCE}
    ${SOURCE}/${folder}/*.hpp ${SOURCE}/${folder}/*.cpp ${SOURCE}/${folder}/CMakeLists.txt)
  list(FILTER found EXCLUDE REGEX "\\.test\\.cpp$")
  list(SORT found)
  foreach(file ${found})
    file(SHA1 ${SOURCE}/${file} hash)
    string(APPEND all "${file} ${hash}\n")
  endforeach()
endforeach()
string(SHA1 code "${all}")
string(SUBSTRING "${code}" 0 12 code)

set(text "#pragma once

namespace ${NAMESPACE} {

inline constexpr const char* commit = \"${commit}\";
inline constexpr const char* code = \"${code}\";

}  // namespace ${NAMESPACE}
")
set(before "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT before STREQUAL text)
  file(WRITE ${OUTPUT} "${text}")
endif()
