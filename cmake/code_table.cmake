# data/codes.csv becomes codes/constants.inc and codes/code_rows.inc, which src/codes includes.

find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(TURNAWAY_GENERATED ${PROJECT_BINARY_DIR}/generated)

add_custom_command(
  OUTPUT ${TURNAWAY_GENERATED}/codes/constants.inc ${TURNAWAY_GENERATED}/codes/code_rows.inc
  COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/generate_code_table.py
          ${PROJECT_SOURCE_DIR}/data/codes.csv ${TURNAWAY_GENERATED}/codes
  DEPENDS ${PROJECT_SOURCE_DIR}/tools/generate_code_table.py ${PROJECT_SOURCE_DIR}/data/codes.csv
  COMMENT "Making the code table from data/codes.csv")
target_sources(turnaway_codes PRIVATE
  ${TURNAWAY_GENERATED}/codes/constants.inc ${TURNAWAY_GENERATED}/codes/code_rows.inc)
target_include_directories(turnaway_codes PUBLIC ${TURNAWAY_GENERATED})
