// BulkOutput: where rows go: standard output, or a file that a later run can go on with.
//
// A file must not be there yet, or be resumed: then what stands in it is held against the input row
// by row. A half row at its end is cut off; a row that is no answer to the input's row is an error,
// and the file stays as it is. Beside the file stands `NAME.options`, with the options that its
// rows were made with: a run with other options is refused, since its rows would not fit. A device
// or a pipe keeps nothing: it is written to from the beginning and has no such file beside it.
// Standard output that nobody reads is told apart from other trouble.
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
    std::size_t rows = 0;  // that are answered already; the input stands behind them
    std::size_t input_end = 0;
    bool has_no = false;
    bool has_unknown = false;
};

class BulkOutput {
  public:
    // `input` is read as far as the output has answers; the header is written when it is not there.
    [[nodiscard]] static base::Result<BulkOutput> open(const BulkOptions& options,
                                                       const BulkTask& task,
                                                       const BulkFormat& format, BulkInput& input);

    // False when nobody reads any more.
    [[nodiscard]] base::Result<bool> write(std::string_view text);
    const BulkDone& done_before() const { return done_; }

  private:
    explicit BulkOutput(std::string name) : name_(std::move(name)) {}
    [[nodiscard]] base::Result<void> open_file(const BulkOptions& options, const BulkInput& input);
    // Holds them against those that the rows were made with, or notes them for a later run.
    [[nodiscard]] base::Result<void> keep_options(const BulkOptions& options,
                                                  const std::string& made_with) const;
    [[nodiscard]] base::Result<void> resume(const BulkFormat& format, BulkInput& input);

    std::string name_;
    process::OwnedFd file_;
    BulkDone done_;
};

}  // namespace turnaway::cli
