# Tables that the programs are compiled with, made from data/ by tools/. python3 is the only tool needed.

find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(TURNAWAY_GENERATED ${PROJECT_BINARY_DIR}/generated)

# turnaway_generated(LAYER SCRIPT INPUT OUTPUTS file... [TABLES file...]): tools/SCRIPT makes OUTPUTS, which LAYER includes as
# "LAYER/file", of INPUT, a file or folder of data/. TABLES names the files of a folder that are read.
function(turnaway_generated layer script input)
  cmake_parse_arguments(arg "" "" "OUTPUTS;TABLES" ${ARGN})
  if(NOT arg_TABLES)
    set(arg_TABLES ${input})
  endif()
  list(TRANSFORM arg_TABLES PREPEND ${PROJECT_SOURCE_DIR}/data/)
  list(TRANSFORM arg_OUTPUTS PREPEND ${TURNAWAY_GENERATED}/${layer}/)
  add_custom_command(
    OUTPUT ${arg_OUTPUTS}
    COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/${script} ${PROJECT_SOURCE_DIR}/data/${input} ${TURNAWAY_GENERATED}/${layer}
    DEPENDS ${PROJECT_SOURCE_DIR}/tools/${script} ${PROJECT_SOURCE_DIR}/tools/text_words.py ${arg_TABLES}
    COMMENT "Making tables from ${arg_TABLES}")
  target_sources(turnaway_${layer} PRIVATE ${arg_OUTPUTS})
endfunction()
