// BulkOutput: where rows are written: standard output, or a file that a later run can resume.
//
// A file must not exist, unless the run is resumed: then its records are compared with the input
// row by row. A partial record at its end is cut off; a record that does not answer the input's row
// is an error, and the file is left unchanged. `NAME.options`, in the same folder, holds the
// options that produced the rows: a run with other options is refused, since its rows would not
// fit. A device or a pipe stores nothing: it is written from the beginning and has no such file. A
// closed standard output is distinguished from other errors.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/bulk/bulk_format.h"
#include "cli/bulk/bulk_input.h"
#include "process/descriptor.h"

namespace turnaway::cli {

struct BulkDone {
    std::size_t rows = 0;  // already answered; the input continues after them
    std::size_t input_end = 0;
    bool has_no = false;
    bool has_unknown = false;
};

class BulkOutput {
  public:
    // Advances `input` past the rows already answered; writes the header if it is missing.
    [[nodiscard]] static base::Result<BulkOutput> open(const BulkOptions& options,
                                                       const BulkTask& task,
                                                       const BulkFormat& format, BulkInput& input);

    // False if the reader of the output is gone.
    [[nodiscard]] base::Result<bool> write(std::string_view text);
    const BulkDone& done_before() const { return done_; }

  private:
    explicit BulkOutput(std::string name) : name_(std::move(name)) {}
    [[nodiscard]] base::Result<void> open_file(const BulkOptions& options, const BulkInput& input);
    // Compares them with the options that produced the rows, or stores them for a later run.
    [[nodiscard]] base::Result<void> keep_options(const BulkOptions& options,
                                                  const std::string& made_with) const;
    [[nodiscard]] base::Result<void> resume(const BulkFormat& format, BulkInput& input);

    std::string name_;
    process::OwnedFd file_;
    BulkDone done_;
};

}  // namespace turnaway::cli
