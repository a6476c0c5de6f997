# What a test is made of. The kinds of tests, each with a function: turnaway_test (in Python), turnaway_unit_tests, turnaway_fuzz_target.
#
# ./test has four places for each processor, and a test takes as many as PROCESSORS says: all of one processor (4) for a test that
# works, half of one (2) for a live test, which mostly waits. What starts compilers on every processor runs alone (8). The longest
# begin first (COST), also in a build folder that has never run them.

# Where the programs are; sanitizers need system calls that the sandbox forbids.
set(TURNAWAY_TEST_ENVIRONMENT TURNAWAY_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
if(TURNAWAY_SANITIZE)
  list(APPEND TURNAWAY_TEST_ENVIRONMENT TURNAWAY_NO_SANDBOX=1)
endif()

# turnaway_test(NAME SCRIPT [ARGUMENT...] [LABELS label...] [ENVIRONMENT variable...] [PROCESSORS n] [COST n] [TIMEOUT seconds] [SKIPS])
# SCRIPT is below the root of the checkout. SKIPS: exit code 77 says that it cannot run here.
function(turnaway_test name script)
  cmake_parse_arguments(arg "SKIPS" "PROCESSORS;COST;TIMEOUT" "LABELS;ENVIRONMENT" ${ARGN})
  add_test(NAME ${name} COMMAND Python3::Interpreter -B ${PROJECT_SOURCE_DIR}/${script} ${arg_UNPARSED_ARGUMENTS})
  set_tests_properties(${name} PROPERTIES PROCESSORS 2 ENVIRONMENT "${TURNAWAY_TEST_ENVIRONMENT}")
  set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT ${arg_ENVIRONMENT})
  foreach(property PROCESSORS COST TIMEOUT LABELS)
    if(arg_${property})
      set_tests_properties(${name} PROPERTIES ${property} "${arg_${property}}")
    endif()
  endforeach()
  if(arg_SKIPS)
    set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77)
  endif()
endfunction()

# turnaway_unit_tests(LAYER): every tests/unit/LAYER/*.cc in one program.
function(turnaway_unit_tests name)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/unit/${name}/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(unit_${name} ${sources})
  target_include_directories(unit_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(unit_${name} PRIVATE turnaway_${name} turnaway_source_folder turnaway_test_headers GTest::gtest_main)
  add_test(NAME unit_${name} COMMAND unit_${name})
  set_tests_properties(unit_${name} PROPERTIES PROCESSORS 4)
endfunction()

# turnaway_fuzz_target(NAME layer... [SEEDS folder...]): tests/fuzz/NAME.cc, run by libFuzzer in the fuzz preset;
# everywhere else it replays its seeds (tests/fuzz/seeds/NAME and the folders given) as a test.
function(turnaway_fuzz_target name)
  cmake_parse_arguments(arg "" "" "SEEDS" ${ARGN})
  add_executable(fuzz_${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/${name}.cc)
  list(TRANSFORM arg_UNPARSED_ARGUMENTS PREPEND turnaway_)
  target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(fuzz_${name} PRIVATE ${arg_UNPARSED_ARGUMENTS})
  if(TURNAWAY_LIBFUZZER)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_seeds.cc)
    add_test(NAME fuzz_seeds_${name}
             COMMAND fuzz_${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/seeds/${name} ${arg_SEEDS})
    set_tests_properties(fuzz_seeds_${name} PROPERTIES PROCESSORS 4)
  endif()
endfunction()

# turnaway_fuzz_counts_reading(NAME): the target counts the bytes that the phrase engine reads (tests/fuzz/counted_reading.h).
function(turnaway_fuzz_counts_reading name)
  target_sources(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/counted_reading.cc)
  target_link_options(fuzz_${name} PRIVATE
    LINKER:--wrap=_ZN8turnaway5codes13read_evidenceESt17basic_string_viewIcSt11char_traitsIcEE)
endfunction()
