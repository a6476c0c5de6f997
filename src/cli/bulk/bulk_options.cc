#include "cli/bulk/bulk_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "base/text.h"

namespace turnaway::cli {
namespace {

// The delimiter must be one character other than a letter, a digit, a quote or a line end.
std::string fault_of_delimiter(const std::string& text) {
    if (text == "tab" || text == "\\t") return {};
    const bool is_good = text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 &&
                         !base::is_alnum(text[0]) && text[0] != '"' && text[0] != '\r' &&
                         text[0] != '\n' && text[0] != '\0';
    return is_good ? "" : "one character is wanted, such as ';', or the word tab";
}

}  // namespace

char delimiter_of(const BulkOptions& options) {
    return options.delimiter.size() == 1 ? options.delimiter[0] : '\t';
}

void add_bulk_options(CLI::App* command, BulkOptions& options) {
    auto* const input = command
                            ->add_option("--input", options.input,
                                         "Read this file, one name per line; - for standard input")
                            ->type_name("FILE");
    auto* const column = command
                             ->add_option("--column", options.column,
                                          "The file is CSV: use this column, by name or number")
                             ->type_name("NAME|NUMBER")
                             ->needs(input);
    command->add_flag("--no-header", options.has_no_header, "The CSV has no header row")
        ->needs(column);
    command
        ->add_option("--delimiter", options.delimiter,
                     "The delimiter of the CSV, such as ';', '|' or tab; a comma by default")
        ->check(CLI::Validator(fault_of_delimiter, ""))
        ->type_name("CHARACTER")
        ->needs(input);
    auto* const output =
        command
            ->add_option("--output", options.output,
                         "Write the results to this file, which must not exist yet; - for "
                         "standard output")
            ->type_name("FILE")
            ->needs(input);
    command->add_flag("--resume", options.resumes, "Continue where the output file ends")
        ->needs(output);
    command->add_option("--parallel", options.parallel, "The number of rows checked in parallel")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000))
        ->type_name("NUMBER")
        ->needs(input);
    command
        ->add_flag("--progress", options.shows_progress,
                   "Show the progress on standard error, even without a terminal")
        ->needs(input);
}

}  // namespace turnaway::cli
