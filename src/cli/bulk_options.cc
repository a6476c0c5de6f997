#include "cli/bulk_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace turnaway::cli {

void add_bulk_options(CLI::App* command, BulkOptions& options) {
    auto* const input =
        command
            ->add_option("--input", options.input,
                         "Take every row of this file, a name a line; - for standard input")
            ->type_name("FILE");
    auto* const column =
        command
            ->add_option("--column", options.column,
                         "The rows are CSV: ask about this column, by its name or its number")
            ->type_name("NAME|NUMBER")
            ->needs(input);
    command->add_flag("--no-header", options.has_no_header, "The first row of the CSV is no header")
        ->needs(column);
    auto* const output = command
                             ->add_option("--output", options.output,
                                          "Write the rows to this file, which is not there yet")
                             ->type_name("FILE")
                             ->needs(input);
    command->add_flag("--resume", options.resumes, "Go on where the rows in the output file end")
        ->needs(output);
    command->add_option("--parallel", options.parallel, "So many rows are asked about at one time")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000))
        ->type_name("NUMBER")
        ->needs(input);
    command
        ->add_flag("--progress", options.shows_progress,
                   "Tell the progress on standard error, also when that is no terminal")
        ->needs(input);
}

}  // namespace turnaway::cli
