# Precompiled headers of other projects (the standard library, fmt, Asio, GoogleTest) for the sanitizer builds and the unit tests: reading
# them takes half the time of a debug build. No header of src/ is among them, and the release build compiles src/ without
# them, so that a forgotten #include is an error there.
#
# The file is outside the checkout, under a name made from the compiler, its flags and the list of headers. Its content names its own
# path, and ccache hashes its content: another checkout of the same user makes the same file and finds its objects in the cache.

option(TURNAWAY_PRECOMPILED "Precompile the headers of other projects (Clang only)" ON)

if(TURNAWAY_PRECOMPILED AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(TURNAWAY_PRECOMPILES ON)
else()
  set(TURNAWAY_PRECOMPILES OFF)
endif()

execute_process(COMMAND sh -c [[d=${XDG_CACHE_HOME:-$HOME/.cache}/turnaway-headers && test -d "$HOME" && mkdir -p "$d" && test -w "$d" && echo "$d"]]
                OUTPUT_VARIABLE precompiled_folder OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT precompiled_folder)  # a user without a home folder
  set(precompiled_folder ${PROJECT_BINARY_DIR}/headers)
  file(MAKE_DIRECTORY ${precompiled_folder})
endif()
execute_process(COMMAND find ${precompiled_folder} -name "*.pch*" -atime +30 -delete OUTPUT_QUIET ERROR_QUIET)

# turnaway_precompiled_headers(NAME LIST_OF_HEADERS FLAG...): makes the target NAME; a library or program that links it reads these
# headers precompiled. FLAGs are what its users are compiled with beside the flags of the whole project.
function(turnaway_precompiled_headers name headers)
  add_library(${name} INTERFACE)
  if(NOT TURNAWAY_PRECOMPILES)
    return()
  endif()
  get_directory_property(options COMPILE_OPTIONS)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}")
  list(APPEND flags -std=c++23 ${options} ${ARGN})
  file(READ ${headers} text)
  string(SHA256 key "${CMAKE_CXX_COMPILER} ${CMAKE_CXX_COMPILER_VERSION} ${flags} ${text}")
  string(SUBSTRING ${key} 0 16 key)
  # The source stands beside its result, for the same reason.
  set(source ${precompiled_folder}/${key}.h)
  set(result ${precompiled_folder}/${key}.pch)
  configure_file(${headers} ${source} COPYONLY)
  set(depends ${PROJECT_BINARY_DIR}/${name}.d)
  # Another checkout may be using the file: it is replaced only by a different one, and in one step.
  string(SHA256 here ${PROJECT_BINARY_DIR})
  string(SUBSTRING ${here} 0 8 here)
  set(made ${result}.${here})
  add_custom_command(
    OUTPUT ${result}
    COMMAND ${CMAKE_CXX_COMPILER} ${flags} -Xclang -fno-pch-timestamp -fpch-instantiate-templates
            -x c++-header ${source} -o ${made} -MD -MF ${depends} -MT ${result}
    COMMAND sh -c [[cmp -s "$0" "$1" && rm "$0" || mv "$0" "$1"]] ${made} ${result}
    DEPENDS ${source}
    DEPFILE ${depends}
    COMMAND_EXPAND_LISTS VERBATIM
    COMMENT "Precompiling the headers of ${name}")
  add_custom_target(${name}_file DEPENDS ${result})
  add_dependencies(${name} ${name}_file)
  target_compile_options(${name} INTERFACE -include-pch ${result})
endfunction()

turnaway_precompiled_headers(turnaway_library_headers ${PROJECT_SOURCE_DIR}/cmake/library_headers.h -fPIC)
