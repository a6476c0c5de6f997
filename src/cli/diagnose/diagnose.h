// `turnaway diagnose` as a function, for the command itself and for `turnaway explain`, which hands
// over what is not a reply.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/diagnose/diagnose_output.h"
#include "cli/diagnose/input_file.h"

namespace turnaway::cli {

struct DiagnoseOptions {
    std::vector<std::string> paths;
    bool json = false, csv = false, summary = false, suppress = false;
    std::vector<std::string> original_headers;
    std::vector<std::string> own_domains;
    std::string as = "auto";
    std::string progress = "auto";
    std::string colour = "auto";
    std::size_t jobs = 0;  // 0: one for each processor
    bool follows = false, follows_journal = false, new_only = false;
    std::string metrics;  // where the page listens; empty for none
    std::size_t domains = 50;
    // Read before `paths`.
    std::vector<InputFile> inputs;

    OutputForm form() const {
        if (json) return OutputForm::json;
        if (csv) return OutputForm::csv;
        if (summary) return OutputForm::summary;
        return suppress ? OutputForm::suppress : OutputForm::page;
    }
};

// The exit status.
int diagnose(const DiagnoseOptions& options);

}  // namespace turnaway::cli
