# The compiler, its warnings, its hardening and its sanitizers: the one place that says them.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines (double free when a full expression with "
    "co_await holds an owning temporary). Use clang++-19: cmake --preset release")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 17)
  message(FATAL_ERROR "clang ${CMAKE_CXX_COMPILER_VERSION} cannot build <expected>. Use clang++-19.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# NDEBUG stays undefined: a broken promise inside the program stops it in release too.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")

set(TURNAWAY_SANITIZE "" CACHE STRING "Sanitizers, comma separated: address,undefined or thread")
option(TURNAWAY_LIBFUZZER "Link fuzz targets with libFuzzer instead of the seed replayer" OFF)

# g++'s own -Wshadow also warns of the names in an enum class, which hide nothing.
set(own_warnings -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # The frame of a coroutine comes from Asio's aligned_alloc() and goes back by its free(); g++ 14 sees only half of the pair.
  set(own_warnings -Wshadow=local -Wno-mismatched-new-delete)
endif()
add_compile_options(-Wall -Wextra -Wconversion ${own_warnings} -fno-omit-frame-pointer)
if(TURNAWAY_SANITIZE)
  add_compile_options(-fsanitize=${TURNAWAY_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TURNAWAY_SANITIZE})
else()
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection)
  add_compile_options($<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
  add_link_options(-pie -Wl,-z,relro,-z,now)
endif()
if(TURNAWAY_LIBFUZZER)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
add_link_options(-Wl,--as-needed)

find_program(TURNAWAY_LLD NAMES ld.lld-19)
if(TURNAWAY_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(--ld-path=${TURNAWAY_LLD})
endif()

# One cache for all checkouts: paths below the checkout are made relative, and the debug information names no
# folder of this machine, so a fresh clone of the same commit compiles almost nothing.
find_program(TURNAWAY_CCACHE ccache)
if(TURNAWAY_CCACHE)
  # The sloppiness is what precompiled headers ask for: no source here uses __TIME__ or the like.
  set(ccache_environment CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
                         CCACHE_SLOPPINESS=pch_defines,time_macros)
  # The folder is the user's own ($CCACHE_DIR or below the home folder); a user without one has it in build/.
  execute_process(COMMAND sh -c [[d=$("$0" --get-config cache_dir) && mkdir -p "$d" && test -w "$d"]] ${TURNAWAY_CCACHE}
                  RESULT_VARIABLE ccache_status OUTPUT_QUIET ERROR_QUIET)
  if(NOT ccache_status EQUAL 0)
    list(APPEND ccache_environment CCACHE_DIR=${PROJECT_SOURCE_DIR}/build/ccache)
  endif()
  set(CMAKE_CXX_COMPILER_LAUNCHER env ${ccache_environment} ${TURNAWAY_CCACHE})
else()
  # The same bytes in any folder; ccache makes paths relative by itself.
  add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=../../ -ffile-prefix-map=${PROJECT_BINARY_DIR}/=)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-ffile-compilation-dir=.)
endif()
