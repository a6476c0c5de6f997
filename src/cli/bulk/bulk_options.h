// BulkOptions: the command-line options for many inputs: where rows are read and written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cli/bulk/bulk.h"

namespace CLI {
class App;
}

namespace turnaway::cli {

enum class BulkForm : std::uint8_t { lines, csv, json };

struct BulkOptions {
    std::string input;   // a file, or - for standard input
    std::string column;  // name or number from 1; empty: rows are lines
    bool has_no_header = false;
    std::string delimiter = ",";  // one character, or `tab`
    bool is_quiet = false;        // rows are written only if `output` names a file
    std::string output;           // a file; empty: standard output
    bool resumes = false;
    bool shows_progress = false;
    std::size_t parallel = 200;
};

// The delimiter between the cells of CSV.
char delimiter_of(const BulkOptions& options);

void add_bulk_options(CLI::App* command, BulkOptions& options);

// Runs it all. Returns the exit status: 1 if any row had 1, else 2 if any had 2, else 0; 128 plus
// the number of the signal that ended it, or one of sysexits.h.
int run_bulk(const BulkOptions& options, BulkForm form, const BulkTask& task);

}  // namespace turnaway::cli
