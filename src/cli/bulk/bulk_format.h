// BulkFormat: how a row and its answer are written, and how a written record is recognised.
//
// Lines: the line unchanged, then its columns after tabs; blank lines and comments are copied. CSV:
// the row unchanged, then its columns; a line becomes a row. JSON: one object per row, with `row`,
// `cell` and `exit` before the command's fields. Each record contains its exit status, so that a
// resumed run ends like one that was never interrupted.
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
    std::size_t number = 0;  // from 1, among the rows to check
    std::size_t line = 0;    // of the input
    std::size_t end = 0;     // the size of the input up to its end
    bool is_asked = true;    // false for a blank line or a comment
    std::string raw;         // unchanged, without its line end
    std::string cell;        // the text to check
};

class BulkFormat {
  public:
    BulkFormat(BulkForm form, bool is_csv_input, std::vector<std::string> columns,
               char delimiter = ',')
        : form_(form),
          is_csv_input_(is_csv_input),
          columns_(std::move(columns)),
          delimiter_(delimiter) {}

    // With its newline; `input_header` is the header of CSV input. Empty if there is no header.
    std::string header(const std::optional<std::string>& input_header) const;
    // With its newline.
    std::string text(const BulkRow& row, const BulkAnswer& answer) const;
    // For a row that is not checked: a copy, or nothing.
    std::string text(const BulkRow& row) const;

    // The exit status in `written`, a record without its newline; nothing if it is not an answer to
    // this row.
    std::optional<int> exit_code_in(std::string_view written, const BulkRow& row) const;

    // Whether a record of the output may contain newlines within quotes.
    bool has_quotes() const { return form_ == BulkForm::csv; }

  private:
    // The beginning of the record, which does not depend on the answer.
    std::string beginning(const BulkRow& row) const;

    BulkForm form_;
    bool is_csv_input_;
    std::vector<std::string> columns_;
    char delimiter_;
};

}  // namespace turnaway::cli
