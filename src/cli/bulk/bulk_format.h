// BulkFormat: how a row and its answer are written, and how what was written is known again.
//
// Lines: the line as it came, then its columns after tabs; blank lines and comments stay as they
// are. CSV: the row as it came, then its columns; a line becomes a row of its own. JSON: one object
// a row, `row`, `cell` and `exit` before what the command says. Each row ends with, or has, its
// exit code, so that a run that goes on later ends as one that was never interrupted.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/bulk/bulk.h"
#include "cli/bulk/bulk_options.h"

namespace turnaway::cli {

struct BulkRow {
    std::size_t number = 0;  // from 1, of the rows that are asked about
    std::size_t line = 0;    // in the input
    std::size_t end = 0;     // the bytes of the input up to its end
    bool is_asked = true;    // else a blank line or a comment
    std::string raw;         // as it came, without its line end
    std::string cell;        // what is asked about
};

class BulkFormat {
  public:
    BulkFormat(BulkForm form, bool is_csv_input, std::vector<std::string> columns,
               char delimiter = ',')
        : form_(form),
          is_csv_input_(is_csv_input),
          columns_(std::move(columns)),
          delimiter_(delimiter) {}

    // With its newline; `input_header` is the header of CSV input. Empty when there is none.
    std::string header(const std::optional<std::string>& input_header) const;
    // With its newline.
    std::string text(const BulkRow& row, const BulkAnswer& answer) const;
    // Of a row that is not asked about: as it came, or nothing.
    std::string text(const BulkRow& row) const;

    // The exit code in `written`, a record without its newline; nothing when it is no answer to
    // this row.
    std::optional<int> exit_code_in(std::string_view written, const BulkRow& row) const;

    // A record of the output may have newlines within quotes.
    bool has_quotes() const { return form_ == BulkForm::csv; }

  private:
    // What the record begins with whatever the answer is.
    std::string beginning(const BulkRow& row) const;

    BulkForm form_;
    bool is_csv_input_;
    std::vector<std::string> columns_;
    char delimiter_;
};

}  // namespace turnaway::cli
