# SPDX-License-Identifier: Apache-2.0
# Repeats some tests as a fresh container, cron, systemd or ssh would run them: with only PATH and a
# missing HOME in the environment, in the C locale, and in a locale that is set but not generated.
# Of the test programs that are built.
find_program(SLIM_ENV env REQUIRED)

set(in_bare ${SLIM_ENV} -i PATH=/usr/bin:/bin HOME=/nonexistent)
set(in_c_locale ${SLIM_ENV} -u LC_ALL -u LC_CTYPE LANG=C)
set(in_absent_locale ${SLIM_ENV} LC_ALL=xx_XX.UTF-8 LANG=xx_XX.UTF-8)

function(slim_test_in_environments program filter)
  if(NOT TARGET ${program})
    return()
  endif()
  foreach(environment bare c_locale absent_locale)
    set(test environment/${environment}/${program})
    add_test(NAME ${test} COMMAND ${in_${environment}} $<TARGET_FILE:${program}> --gtest_filter=${filter})
    # A filter that selects nothing, or only tests that are skipped, would pass.
    set_tests_properties(${test} PROPERTIES
      FAIL_REGULAR_EXPRESSION "Running 0 tests|PASSED  \\] 0 tests")
  endforeach()
endfunction()

slim_test_in_environments(properties_test SlimVerify.HoldsForACorrectSubject*:SlimVerify.Lists*)
slim_test_in_environments(foreign_test ForeignExamples.*:ForeignErrors.*:Reports.AreReadable*)
slim_test_in_environments(experiments_test Corpus.*:Measures.AFreshProcess*:SlimMeasure.TellsTheCostOfAGradient)
slim_test_in_environments(plots_test Gnuplot.*:ReportTest.is_self_contained:SlimPlot.draws_only*)
