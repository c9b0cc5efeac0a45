# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where, in two components: `runtime` (programs, the kit, manual pages) and `dev` (libraries
# and headers); and the Debian packages that cpack makes of them. packaging/README.md lists the results.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(here ${CMAKE_CURRENT_LIST_DIR})

# Libraries, as slim::reference and so on. Consumers find packages by slimConfig.cmake.
set(libraries slim_options slim_vocabulary slim_reference slim_chunked slim_command_line slim_properties)
if(SLIM_INTERVALS)
  list(APPEND libraries slim_intervals)
endif()
foreach(library ${libraries})
  string(REPLACE slim_ "" name ${library})
  set_target_properties(${library} PROPERTIES EXPORT_NAME ${name})
  add_library(slim::${name} ALIAS ${library})  # the same names by add_subdirectory
endforeach()
install(TARGETS ${libraries} EXPORT slim ARCHIVE COMPONENT dev)
set(config ${CMAKE_INSTALL_LIBDIR}/cmake/slim)
install(EXPORT slim NAMESPACE slim:: FILE slimTargets.cmake DESTINATION ${config} COMPONENT dev)
configure_package_config_file(${here}/slimConfig.cmake.in ${PROJECT_BINARY_DIR}/slimConfig.cmake INSTALL_DESTINATION ${config})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/slimConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/slimConfig.cmake ${PROJECT_BINARY_DIR}/slimConfigVersion.cmake
  DESTINATION ${config} COMPONENT dev)
file(RELATIVE_PATH SLIM_PREFIX_OF_PC /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(${here}/slim.pc.in ${PROJECT_BINARY_DIR}/slim.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/slim.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)

# Headers of the installed libraries, without those of tests and those that need a library which is not installed.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
  ${PROJECT_SOURCE_DIR}/reference/*.hpp ${PROJECT_SOURCE_DIR}/chunked/*.hpp ${PROJECT_SOURCE_DIR}/properties/*.hpp)
list(FILTER headers EXCLUDE REGEX "third_party/|slim_verify/|/report/(certificate|expected_failures)")
foreach(header ${headers})
  file(STRINGS ${PROJECT_SOURCE_DIR}/${header} private REGEX "include <(gtest|CLI|rapidcheck)")
  if(NOT private)
    cmake_path(GET header PARENT_PATH folder)
    install(FILES ${PROJECT_SOURCE_DIR}/${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/slim/${folder} COMPONENT dev)
  endif()
endforeach()

# Programs, and what goes with them.
set(programs slim-verify)
if(SLIM_BENCHMARKS)
  list(APPEND programs slim-measure)
endif()
if(SLIM_PLOTS)
  list(APPEND programs slim-plot)
endif()
install(TARGETS ${programs} slim-subject-host RUNTIME COMPONENT runtime)
install(FILES properties/third_party/kit/slim_subject.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT runtime)
install(DIRECTORY properties/third_party/kit/ DESTINATION ${CMAKE_INSTALL_DATADIR}/slim/kit COMPONENT runtime
  FILES_MATCHING PATTERN "*.py" PATTERN "*.toml" PATTERN "*.md" PATTERN "*.h" PATTERN "*.c" PATTERN "*attention.cpp"
  PATTERN "*.rs" PATTERN "*.js"
  PATTERN faults EXCLUDE PATTERN __pycache__ EXCLUDE PATTERN package_test.py EXCLUDE)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/slim/kit COMPONENT runtime)
install(FILES properties/third_party/README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/slim COMPONENT runtime)
install(DIRECTORY packaging/schemas DESTINATION ${CMAKE_INSTALL_DATADIR}/slim COMPONENT runtime)
foreach(program ${programs})
  install(FILES packaging/completions/slim.bash RENAME ${program}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT runtime)
endforeach()
set(zsh_folder site-functions)
if(EXISTS /etc/debian_version)
  set(zsh_folder vendor-completions)
endif()
install(FILES packaging/completions/_slim DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${zsh_folder} COMPONENT runtime)
install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/slim-harness COMPONENT runtime)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/slim-harness COMPONENT runtime)
install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/slim-harness-dev COMPONENT dev)
find_program(SLIM_HELP2MAN help2man)
if(SLIM_HELP2MAN)
  list(TRANSFORM programs PREPEND ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/ OUTPUT_VARIABLE paths)
  install(CODE "execute_process(COMMAND_ERROR_IS_FATAL ANY COMMAND \"${here}/make-man-pages\"
    \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1\" ${paths})" COMPONENT runtime)
endif()

# Debian packages: cpack --config build/PRESET/CPackConfig.cmake. Debian's own package slim is a login manager.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME slim-harness)
set(CPACK_PACKAGE_CONTACT "the authors of the SLiM harness <slim-harness@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME slim-harness)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "${PROJECT_DESCRIPTION}
 The programs slim-verify, slim-measure and slim-plot, and the kit with which an implementation in Python, C or C++ is
 checked.")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS "gnuplot-nox, fonts-dejavu-core, python3-numpy")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME slim-harness-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_DESCRIPTION "${PROJECT_DESCRIPTION} (libraries)
 Static libraries and headers, with which a C++ test checks an implementation in its own process.")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "libeigen3-dev, libboost-dev, libboost-iostreams-dev, libmpfr-dev, libgmp-dev, libfmt-dev, librapidcheck-dev, nlohmann-json3-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS "libmpfi-dev")
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # packaging/build builds what is installed
include(CPack)
