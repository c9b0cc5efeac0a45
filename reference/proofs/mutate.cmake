# SPDX-License-Identifier: Apache-2.0
# Copies headers of the reference from the project's root ROOT into the folder OUT, and adds to each
# line of the list MUTATIONS its replacement, with a selection between them at run time.
# A line that does not occur exactly once is not changed, and the test of the list fails.
file(REMOVE_RECURSE ${OUT})
file(READ ${MUTATIONS} list)
string(JSON count LENGTH "${list}")
math(EXPR last "${count} - 1")
foreach(number RANGE ${last})
  foreach(field name file line replacement)
    string(JSON ${field} GET "${list}" ${number} ${field})
  endforeach()
  if(EXISTS ${OUT}/${file})
    file(READ ${OUT}/${file} text)
  else()
    file(READ ${ROOT}/${file} text)
    string(REPLACE "#pragma once\n" "#pragma once\n\n#include \"reference/proofs/mutation.hpp\"\n"
      text "${text}")
  endif()
  string(FIND "${text}" "${line}" first)
  string(FIND "${text}" "${line}" again REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL again)
    message(WARNING "mutation ${name}: its line does not occur exactly once in ${file}")
  else()
    string(REPLACE "${line}"
      "if (::slim::reference::mutated(${number})) { ${replacement} } else { ${line} }"
      text "${text}")
  endif()
  file(WRITE ${OUT}/${file} "${text}")
endforeach()
