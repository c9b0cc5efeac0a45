# SPDX-License-Identifier: Apache-2.0
# Chooses what computes large matrix products, by SLIM_PRODUCTS. Sets SLIM_PRODUCTS_BY, a description for records; and for a
# BLAS library slim_blas_definitions, with which the units that instantiate products are compiled.
#
# "auto" times Eigen and OpenBLAS, as this preset compiles them, on products of the sizes of a model, and takes OpenBLAS only
# from the number of rows on from which it is faster. A new build folder measures again.
set(SLIM_PRODUCTS eigen CACHE STRING
  "Matrix products of chunked/ by eigen, or by blas (OpenBLAS; Debian: libopenblas-pthread-dev), or auto: the faster one on this machine")
set_property(CACHE SLIM_PRODUCTS PROPERTY STRINGS eigen blas auto)
if(NOT SLIM_PRODUCTS MATCHES "^(eigen|blas|auto)$")
  message(FATAL_ERROR "SLIM_PRODUCTS is '${SLIM_PRODUCTS}': allowed are eigen, blas, auto")
endif()
set(SLIM_PRODUCTS_BY Eigen)
set(slim_blas_definitions)
if(SLIM_PRODUCTS STREQUAL "eigen")
  return()
endif()

# Threads of chunked/ call the library, each for its own block. Its variant without threads is not safe for that; the one with
# threads is told to use one for each call.
find_library(SLIM_OPENBLAS openblas PATH_SUFFIXES openblas-pthread NO_DEFAULT_PATH
  PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE} /usr/local/lib)
find_path(SLIM_OPENBLAS_INCLUDE cblas.h PATH_SUFFIXES openblas-pthread NO_DEFAULT_PATH
  PATHS /usr/include/${CMAKE_LIBRARY_ARCHITECTURE} /usr/local/include)
if(NOT SLIM_OPENBLAS OR NOT SLIM_OPENBLAS_INCLUDE)
  if(SLIM_PRODUCTS STREQUAL "blas")
    message(FATAL_ERROR "SLIM_PRODUCTS is blas, but OpenBLAS without threads was not found: install libopenblas-pthread-dev, or set SLIM_OPENBLAS and SLIM_OPENBLAS_INCLUDE")
  endif()
  message(STATUS "Products by Eigen: OpenBLAS without threads (libopenblas-pthread-dev) was not found")
  return()
endif()

# OpenBLAS may not know the processor, so that its kernels are chosen by trial, too.
if(NOT DEFINED SLIM_PRODUCTS_TRIAL)
  set(trial ${PROJECT_BINARY_DIR}/products.trial)
  separate_arguments(trial_flags UNIX_COMMAND "${SLIM_HOT_FLAGS}")
  get_target_property(eigen_include Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
  try_compile(compiles ${PROJECT_BINARY_DIR}/trial SOURCES ${CMAKE_CURRENT_LIST_DIR}/products.trial.cpp
    CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${eigen_include};${SLIM_OPENBLAS_INCLUDE}"
    COMPILE_DEFINITIONS -O2 ${trial_flags} -DEIGEN_DONT_PARALLELIZE -ffp-contract=off
    LINK_LIBRARIES ${SLIM_OPENBLAS} COPY_FILE ${trial} OUTPUT_VARIABLE output CXX_STANDARD 20)
  if(NOT compiles)
    message(FATAL_ERROR "the trial of ${SLIM_OPENBLAS} does not compile:\n${output}")
  endif()
  set(best "0;0;none;none")
  get_filename_component(folder ${SLIM_OPENBLAS} DIRECTORY)
  foreach(core "" Haswell Zen SkylakeX SapphireRapids)  # one that the processor cannot run fails
    set(core_type --unset=OPENBLAS_CORETYPE)
    if(core)
      set(core_type OPENBLAS_CORETYPE=${core})
    endif()
    execute_process(COMMAND ${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${folder} OPENBLAS_NUM_THREADS=1 ${core_type} ${trial}
      RESULT_VARIABLE failed OUTPUT_VARIABLE line ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(failed)
      continue()
    endif()
    message(STATUS "Trial of products (least rows, GFLOP/s, library, kernels): ${line}")
    list(GET line 1 rate)
    list(GET best 1 best_rate)
    if(rate GREATER best_rate)
      set(best "${line}")
    endif()
  endforeach()
  set(SLIM_PRODUCTS_TRIAL "${best}" CACHE INTERNAL "Least rows, GFLOP/s, name and kernels of OpenBLAS")
endif()

list(GET SLIM_PRODUCTS_TRIAL 0 rows)
list(GET SLIM_PRODUCTS_TRIAL 2 name)
list(GET SLIM_PRODUCTS_TRIAL 3 slim_blas_kernels)
set(volume 131072)  # multiply-adds, below which a call costs more than it saves
if(SLIM_PRODUCTS STREQUAL "blas")
  set(rows 1)
  set(volume 1)
elseif(rows EQUAL 0)
  message(STATUS "Products by Eigen: not slower than ${name}")
  return()
endif()
set(SLIM_PRODUCTS_BY "${name}, ${slim_blas_kernels} kernels, from ${rows} rows on")
message(STATUS "Products by ${SLIM_PRODUCTS_BY}")
set(slim_blas_definitions SLIM_BLAS_ROWS=${rows} SLIM_BLAS_VOLUME=${volume})
