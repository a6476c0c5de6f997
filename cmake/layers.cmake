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
