#include "cli/diagnose/diagnose_output.h"

#include <chrono>

namespace turnaway::cli {

DiagnoseOutput::DiagnoseOutput(OutputForm form, const Colours& colours)
    : form_(form), colours_(colours) {
    if (form_ == OutputForm::csv) output_.text() += csv_head();
}

void DiagnoseOutput::append(std::string& out, const DiagnoseRow& row) const {
    switch (form_) {
        case OutputForm::json:
            return append_json(out, row);
        case OutputForm::csv:
            return append_csv(out, row);
        case OutputForm::page:
            return append_page(out, row, colours_);
        case OutputForm::summary:
        case OutputForm::suppress:
            return;
    }
}

void DiagnoseOutput::add_to_totals(const DiagnoseRow& row) {
    if (form_ == OutputForm::summary) summary_.add(row);
    if (form_ == OutputForm::suppress) suppressions_.add(row);
}

bool DiagnoseOutput::write(std::string_view rows) {
    output_.text() += rows;
    return output_.flush_if_full();
}

bool DiagnoseOutput::finish() {
    if (form_ == OutputForm::summary) summary_.append(output_.text(), colours_);
    if (form_ == OutputForm::suppress)
        suppressions_.append(output_.text(), std::chrono::floor<std::chrono::days>(
                                                 std::chrono::system_clock::now()));
    return output_.flush();
}

}  // namespace turnaway::cli
