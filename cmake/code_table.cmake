# The tables in data/ become the .inc files that src/codes includes. python3 is the only tool needed.

find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(TURNAWAY_GENERATED ${PROJECT_BINARY_DIR}/generated)

# turnaway_generate(SCRIPT INPUT OUTPUTS file... TABLES file...)
function(turnaway_generate script input)
  cmake_parse_arguments(arg "" "" "OUTPUTS;TABLES" ${ARGN})
  list(TRANSFORM arg_OUTPUTS PREPEND ${TURNAWAY_GENERATED}/codes/)
  list(TRANSFORM arg_TABLES PREPEND ${PROJECT_SOURCE_DIR}/data/)
  add_custom_command(
    OUTPUT ${arg_OUTPUTS}
    COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/${script}
            ${PROJECT_SOURCE_DIR}/${input} ${TURNAWAY_GENERATED}/codes
    DEPENDS ${PROJECT_SOURCE_DIR}/tools/${script} ${PROJECT_SOURCE_DIR}/tools/text_words.py
            ${arg_TABLES}
    COMMENT "Making tables from ${arg_TABLES}")
  target_sources(turnaway_codes PRIVATE ${arg_OUTPUTS})
endfunction()

turnaway_generate(generate_code_table.py data
  OUTPUTS constants.inc code_rows.inc TABLES codes.csv registry.csv code_classes.csv)
turnaway_generate(generate_text_rules.py data
  OUTPUTS causes.inc code_causes.inc collisions.inc phrases.inc folds.inc
  TABLES causes.csv code_causes.csv collisions.csv phrases.csv reply_families.csv concepts.csv
         concept_rules.csv)
turnaway_generate(generate_implied_codes.py data
  OUTPUTS implied_codes.inc TABLES implied_codes.csv)
target_include_directories(turnaway_codes PUBLIC ${TURNAWAY_GENERATED})
