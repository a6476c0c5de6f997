# A folder below src/ is a namespace is a library. Which layer may use which stands in tests/checks/layers.txt and
# is checked by tests/checks/layers.py; here only the link order is said.

# turnaway_layer(NAME [DEPENDS layer...] [LIBRARIES outside...])
function(turnaway_layer name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  if(sources)
    add_library(turnaway_${name} STATIC ${sources})
    set(scope PUBLIC)
    # The release build does without, so that it finds what a source or header forgets to include.
    if(TURNAWAY_SANITIZE)
      target_link_libraries(turnaway_${name} PRIVATE turnaway_library_headers)
    endif()
  else()
    add_library(turnaway_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(turnaway_${name} ${scope} ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM arg_DEPENDS PREPEND turnaway_)
  target_link_libraries(turnaway_${name} ${scope} ${arg_DEPENDS} ${arg_LIBRARIES})
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
  endif()
endfunction()
