#include "cli/bulk/bulk_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>

#include "base/printable.h"
#include "cli/common/write_all.h"

namespace turnaway::cli {

namespace {

using base::Fault;

constexpr std::size_t read_bytes_max = std::size_t{256} * 1024;
constexpr std::size_t record_bytes_max = std::size_t{1024} * 1024;
constexpr std::size_t shown_bytes_max = 300;

// The complete records of a file that this program wrote.
class Records {
  public:
    Records(int file, bool has_quotes) : file_(file), has_quotes_(has_quotes) {}

    // Without its newline; nothing at the end or at an incomplete record. Valid until the next
    // call.
    base::Result<std::optional<std::string_view>> next();
    // The size of all records so far, newlines included.
    std::size_t end() const { return end_; }

  private:
    int file_;
    bool has_quotes_;
    std::string buffer_;
    std::size_t begin_ = 0;  // of the record in the buffer
    std::size_t end_ = 0;
};

base::Result<std::optional<std::string_view>> Records::next() {
    std::size_t at = begin_;
    bool is_quoted = false;
    for (;; ++at) {
        if (at == buffer_.size()) {
            buffer_.erase(0, begin_);
            at -= std::exchange(begin_, 0);
            if (at > record_bytes_max) {
                return base::fail(Fault::data, "a row that no run of this program wrote");
            }
            buffer_.resize(at + read_bytes_max);
            ssize_t size = 0;
            do size = ::read(file_, buffer_.data() + at, read_bytes_max);
            while (size < 0 && errno == EINTR);
            if (size < 0) return base::fail_errno(Fault::io, "cannot read it");
            buffer_.resize(at + static_cast<std::size_t>(size));
            if (size == 0) return std::nullopt;
        }
        if (has_quotes_ && buffer_[at] == '"') is_quoted = !is_quoted;
        if (buffer_[at] == '\n' && !is_quoted) break;
    }
    const std::string_view record(buffer_.data() + begin_, at - begin_);
    end_ += record.size() + 1;
    begin_ = at + 1;
    return record;
}

std::string shown(std::string_view text) {
    std::string out;
    base::append_printable(out, text, shown_bytes_max);
    return out;
}

// Whether it is a device or a pipe: it stores nothing, so it cannot be resumed or overwritten.
bool is_device(const std::string& path) {
    struct stat facts{};
    return ::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
}

bool is_same_file(int one, int other) {
    struct stat a{};
    struct stat b{};
    return ::fstat(one, &a) == 0 && ::fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

// The options that determine the rows: `turnaway check --csv --column email --connect`.
std::string options_line(const BulkOptions& options, const BulkTask& task) {
    std::string line = task.program;
    if (!options.column.empty()) line += " --column " + shown(options.column);
    if (options.has_no_header) line += " --no-header";
    if (options.delimiter != ",") line += " --delimiter " + options.delimiter;
    return task.settings.empty() ? line : line + ' ' + task.settings;
}

}  // namespace

base::Result<BulkOutput> BulkOutput::open(const BulkOptions& options, const BulkTask& task,
                                          const BulkFormat& format, BulkInput& input) {
    BulkOutput output(options.output.empty() ? "standard output" : shown(options.output));
    if (options.output.empty()) {
        output.file_ = process::OwnedFd(options.is_quiet ? ::open("/dev/null", O_WRONLY | O_CLOEXEC)
                                                         : ::dup(STDOUT_FILENO));
        if (!output.file_.is_open()) {
            return base::fail_errno(Fault::io, "cannot write to " + output.name_);
        }
    } else {
        if (const auto done = output.open_file(options, input); !done) {
            return std::unexpected(done.error());
        }
    }
    const bool is_file = !options.output.empty() && !is_device(options.output);
    if (is_file) {
        const auto kept = output.keep_options(options, options_line(options, task));
        if (!kept) return std::unexpected(kept.error());
    }
    if (is_file && options.resumes) {
        if (const auto done = output.resume(format, input); !done) {
            return std::unexpected(done.error());
        }
        if (::lseek(output.file_.get(), 0, SEEK_END) > 0) return output;
    }
    if (const auto done = output.write(format.header(input.header())); !done) {
        return std::unexpected(done.error());
    }
    return output;
}

base::Result<void> BulkOutput::open_file(const BulkOptions& options, const BulkInput& input) {
    if (is_device(options.output)) {
        file_ = process::OwnedFd(::open(options.output.c_str(), O_WRONLY | O_CLOEXEC));
        if (file_.is_open()) return {};
        return base::fail_errno(Fault::io, "cannot write to " + name_);
    }
    const int how = O_RDWR | O_CREAT | O_CLOEXEC | (options.resumes ? 0 : O_EXCL);
    const int opened = ::open(options.output.c_str(), how, 0666);
    if (opened < 0 && errno == EEXIST) {
        return base::fail(Fault::usage, name_ + " exists already: --resume continues it");
    }
    if (opened < 0) return base::fail_errno(Fault::io, "cannot write to " + name_);
    file_ = process::OwnedFd(opened);
    if (is_same_file(file_.get(), input.descriptor())) {
        return base::fail(Fault::usage, name_ + " is the input; it cannot be the output too");
    }
    return {};
}

base::Result<void> BulkOutput::keep_options(const BulkOptions& options,
                                            const std::string& made_with) const {
    const std::string path = options.output + ".options";
    const bool has_rows = ::lseek(file_.get(), 0, SEEK_END) > 0;
    ::lseek(file_.get(), 0, SEEK_SET);
    std::string former;
    if (has_rows && std::getline(std::ifstream(path), former) && former != made_with) {
        return base::fail(Fault::usage,
                          fmt::format("cannot resume {}: its rows were made with \"{}\", and this "
                                      "run has \"{}\"; give the same options, or another --output",
                                      name_, shown(former), shown(made_with)));
    }
    if (!former.empty() && former == made_with) return {};
    std::ofstream file(path, std::ios::trunc);
    file << made_with << '\n' << std::flush;
    if (!file) return base::fail_errno(Fault::io, "cannot write to " + shown(path));
    return {};
}

base::Result<void> BulkOutput::resume(const BulkFormat& format, BulkInput& input) {
    Records records(file_.get(), format.has_quotes());
    std::size_t number = 0;
    bool is_header = !format.header(input.header()).empty();
    std::size_t kept = 0;
    for (;; ++number, kept = records.end()) {
        const auto record = records.next();
        if (!record) {
            return base::fail(record.error().fault,
                              fmt::format("cannot resume {}, row {}: {}", name_, number + 1,
                                          record.error().message));
        }
        if (!*record) break;
        const auto mismatch = [&](std::string_view what) {
            return base::fail(Fault::data, fmt::format("cannot resume: row {} of {} is not {}",
                                                       number + 1, name_, what));
        };
        if (std::exchange(is_header, false)) {
            if (std::string(**record) + '\n' == format.header(input.header())) continue;
            return mismatch("the header that this run would write");
        }
        // Skip rows that write nothing to the output.
        base::Result<std::optional<BulkRow>> row = std::nullopt;
        do row = input.next();
        while (row && *row && !(*row)->is_asked && format.text(**row).empty());
        if (!row) return std::unexpected(row.error());
        if (!*row) return mismatch("from this input, which has fewer rows");
        ++done_.rows;
        done_.input_end = (*row)->end;
        if (!(*row)->is_asked) {
            if (std::string(**record) + '\n' == format.text(**row)) continue;
            return mismatch(fmt::format("line {} of the input", (*row)->line));
        }
        const auto exit_code = format.exit_code_in(**record, **row);
        if (!exit_code) {
            return mismatch(fmt::format("the answer to line {} of the input", (*row)->line));
        }
        done_.has_no = done_.has_no || *exit_code == 1;
        done_.has_unknown = done_.has_unknown || *exit_code == 2;
    }
    if (::ftruncate(file_.get(), static_cast<off_t>(kept)) != 0) {
        return base::fail_errno(Fault::io, "cannot cut a half row off " + name_);
    }
    return {};
}

base::Result<bool> BulkOutput::write(std::string_view text) {
    const int error = write_all(file_.get(), text);
    if (error == 0) return true;
    if (error == EPIPE) return false;
    return base::fail_errno(Fault::io, "cannot write to " + name_, error);
}

}  // namespace turnaway::cli
