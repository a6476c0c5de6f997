// BulkOptions: what a command line says about many inputs: where rows come from and go to.
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
    std::string column;  // its name or its number from 1; empty: rows are lines
    bool has_no_header = false;
    std::string delimiter = ",";  // one character, or `tab`
    bool is_quiet = false;        // rows go nowhere unless `output` names a file
    std::string output;           // a file; empty: standard output
    bool resumes = false;
    bool shows_progress = false;
    std::size_t parallel = 200;
};

// The character between the cells of CSV.
char delimiter_of(const BulkOptions& options);

void add_bulk_options(CLI::App* command, BulkOptions& options);

// All of it. Returns the exit code: 1 when any row had 1, else 2 when any had 2, else 0; 128 and
// the signal when one ended it, else one of sysexits.h.
int run_bulk(const BulkOptions& options, BulkForm form, const BulkTask& task);

}  // namespace turnaway::cli
