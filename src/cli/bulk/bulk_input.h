// BulkInput: the rows of a file or of standard input, one after the other, in bounded memory.
//
// Invalid input ends it with one sentence that names file, line and what was expected: a missing
// column, a row with more or fewer columns than the header, a row that is too long, NUL bytes,
// errors in CSV (csv.h), a file that cannot be read. A UTF-8 byte order mark at the beginning is
// skipped. Lines are trimmed; blank ones and those that begin with # are not checked.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/bulk/bulk_format.h"
#include "cli/bulk/bulk_options.h"
#include "cli/bulk/csv.h"
#include "process/descriptor.h"

namespace turnaway::cli {

// A name has 255 bytes at most; the rest of the row is the user's own, and kept until it is
// written.
inline constexpr std::size_t bulk_row_bytes_max = std::size_t{64} * 1024;

class BulkInput {
  public:
    // Reads the header, if there is one. `stop` ends every wait for input, like the end of input.
    [[nodiscard]] static base::Result<BulkInput> open(const BulkOptions& options,
                                                      const std::stop_token& stop);

    // Nothing at the end.
    [[nodiscard]] base::Result<std::optional<BulkRow>> next();

    const std::optional<std::string>& header() const { return header_; }
    bool is_csv() const { return is_csv_; }
    // The size of the whole input; nothing if it is not known.
    std::optional<std::size_t> bytes() const { return bytes_; }
    int descriptor() const { return file_.get(); }

  private:
    // Becomes readable when the run is stopped.
    struct Interrupt {
        process::OwnedFd event;
        std::stop_callback<std::function<void()>> callback;
    };
    explicit BulkInput(const BulkOptions& options);

    [[nodiscard]] base::Result<bool> fill();  // false at the end
    [[nodiscard]] base::Result<bool> next_record();
    [[nodiscard]] base::Result<bool> next_csv_record();
    [[nodiscard]] base::Result<bool> next_line();
    [[nodiscard]] base::Result<void> read_header(const BulkOptions& options);
    [[nodiscard]] base::Result<void> find_column(const BulkOptions& options);
    [[nodiscard]] base::Result<void> skip_mark();
    [[nodiscard]] base::Result<void> check_columns() const;
    std::unexpected<base::Error> fault_at(std::size_t line, std::string_view what) const;
    std::string shown_name() const;

    std::string name_;
    bool is_csv_ = false;
    process::OwnedFd file_;
    std::unique_ptr<Interrupt> interrupt_;
    std::optional<std::size_t> bytes_;
    std::string buffer_;     // never short enough for inline storage: rest_ survives a move
    std::string_view rest_;  // of buffer_, not yet parsed
    std::size_t read_bytes_ = 0;
    bool has_ended_ = false;

    CsvReader csv_;
    std::size_t column_ = 0;         // from 0
    std::size_t columns_count_ = 0;  // 0 until the first row
    std::optional<std::string> header_;
    std::string line_text_;
    std::size_t line_ = 0;  // of line_text_
    std::size_t rows_ = 0;
};

}  // namespace turnaway::cli
