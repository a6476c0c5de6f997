#include "cli/bulk/bulk_input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "base/printable.h"
#include "base/text.h"

namespace turnaway::cli {

namespace {

using base::Fault;

constexpr std::size_t read_bytes_max = std::size_t{256} * 1024;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t shown_bytes_max = 100;

std::string shown(std::string_view text) {
    std::string out;
    base::append_printable(out, text, shown_bytes_max);
    return out;
}

void ring(int event) {
    const std::uint64_t one = 1;
    // Called once, so it cannot be full.
    [[maybe_unused]] const auto written = ::write(event, &one, sizeof one);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\v\f";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::optional<std::size_t> number_of(std::string_view text) {
    const auto number = base::parse_unsigned<std::size_t>(text);
    return number == std::size_t{0} ? std::nullopt : number;
}

}  // namespace

BulkInput::BulkInput(const BulkOptions& options)
    : name_(options.input),
      is_csv_(!options.column.empty()),
      csv_(bulk_row_bytes_max, delimiter_of(options)) {}

std::string BulkInput::shown_name() const {
    return name_ == "-" ? "standard input" : shown(name_);
}

std::unexpected<base::Error> BulkInput::fault_at(std::size_t line, std::string_view what) const {
    return base::fail(Fault::data, fmt::format("{}, line {}: {}", shown_name(), line, what));
}

base::Result<BulkInput> BulkInput::open(const BulkOptions& options, const std::stop_token& stop) {
    BulkInput input(options);
    const bool is_standard = options.input == "-";
    input.file_ = process::OwnedFd(
        is_standard ? ::dup(STDIN_FILENO) : ::open(options.input.c_str(), O_RDONLY | O_CLOEXEC));
    if (!input.file_.is_open()) {
        return base::fail_errno(Fault::no_input, "cannot read " + input.shown_name());
    }
    struct stat facts{};
    if (::fstat(input.file_.get(), &facts) == 0) {
        if (S_ISDIR(facts.st_mode)) {
            return base::fail(Fault::no_input, input.shown_name() + " is a folder, not a file");
        }
        if (S_ISREG(facts.st_mode)) input.bytes_ = static_cast<std::size_t>(facts.st_size);
    }
    const int event = ::eventfd(0, EFD_CLOEXEC);
    if (event < 0) return base::fail_errno(Fault::system, "cannot wait for input");
    input.interrupt_.reset(
        new Interrupt{process::OwnedFd(event),
                      std::stop_callback<std::function<void()>>(stop, [event] { ring(event); })});
    if (const auto done = input.skip_mark(); !done) return std::unexpected(done.error());
    if (const auto done = input.read_header(options); !done) return std::unexpected(done.error());
    return input;
}

base::Result<bool> BulkInput::fill() {
    if (has_ended_) return false;
    std::array<pollfd, 2> wait{pollfd{file_.get(), POLLIN, 0},
                               {interrupt_->event.get(), POLLIN, 0}};
    while (::poll(wait.data(), wait.size(), -1) < 0) {
        if (errno != EINTR) return base::fail_errno(Fault::io, "cannot wait for input");
    }
    if (wait[1].revents != 0) {
        has_ended_ = true;
        return false;
    }
    buffer_.resize(read_bytes_max);
    ssize_t size = 0;
    do size = ::read(file_.get(), buffer_.data(), buffer_.size());
    while (size < 0 && errno == EINTR);
    if (size < 0) return base::fail_errno(Fault::io, "cannot read " + shown_name());
    rest_ = std::string_view(buffer_.data(), static_cast<std::size_t>(size));
    read_bytes_ += rest_.size();
    has_ended_ = size == 0;
    return !has_ended_;
}

base::Result<void> BulkInput::skip_mark() {
    // A pipe may deliver less than the mark at once, but no program writes the mark alone.
    const auto filled = fill();
    if (!filled) return std::unexpected(filled.error());
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
    return {};
}

base::Result<bool> BulkInput::next_record() {
    return is_csv_ ? next_csv_record() : next_line();
}

base::Result<bool> BulkInput::next_csv_record() {
    auto event = CsvReader::Event::more;
    do {
        event = csv_.take(rest_);
        if (event != CsvReader::Event::more) continue;
        const auto filled = fill();
        if (!filled) return std::unexpected(filled.error());
        if (!*filled) event = csv_.finish();
        if (!*filled && event == CsvReader::Event::more) return false;
    } while (event == CsvReader::Event::more ||
             (event == CsvReader::Event::record && csv_.is_blank()));
    if (event == CsvReader::Event::record) return true;
    if (csv_.fault() == CsvFault::too_long) {
        return fault_at(csv_.line(),
                        fmt::format("a row of more than {} bytes", bulk_row_bytes_max));
    }
    return fault_at(csv_.line(), describe(csv_.fault()));
}

base::Result<bool> BulkInput::next_line() {
    line_text_.clear();
    ++line_;
    bool is_whole = false;
    while (!is_whole) {
        if (rest_.empty()) {
            const auto filled = fill();
            if (!filled) return std::unexpected(filled.error());
            if (!*filled) break;
        }
        const auto end = std::min(rest_.find('\n'), rest_.size());
        is_whole = end < rest_.size();
        if (line_text_.size() + end > bulk_row_bytes_max) {
            return fault_at(line_,
                            fmt::format("a line of more than {} bytes; one name per line was "
                                        "expected",
                                        bulk_row_bytes_max));
        }
        line_text_ += rest_.substr(0, end);
        rest_.remove_prefix(is_whole ? end + 1 : end);
    }
    if (line_text_.contains('\0')) return fault_at(line_, describe(CsvFault::binary));
    if (line_text_.ends_with('\r')) line_text_.pop_back();
    return is_whole || !line_text_.empty();
}

base::Result<void> BulkInput::read_header(const BulkOptions& options) {
    if (!is_csv_) return {};
    const auto number = number_of(options.column);
    if (number) column_ = *number - 1;
    if (options.has_no_header) {
        if (number) return {};
        return base::fail(Fault::usage, "without a header a column has a number, not a name; \"" +
                                            shown(options.column) + "\" is none");
    }
    const auto found = next_csv_record();
    if (!found) return std::unexpected(found.error());
    if (!*found) return base::fail(Fault::data, shown_name() + " is empty; a header was expected");
    header_ = csv_.raw();
    columns_count_ = csv_.cells().size();
    if (number) return check_columns();
    return find_column(options);
}

// By its exact name, else without regard to case and surrounding blanks.
base::Result<void> BulkInput::find_column(const BulkOptions& options) {
    const auto& cells = csv_.cells();
    const auto is_exact = [&](const std::string& cell) { return cell == options.column; };
    const auto is_alike = [&](const std::string& cell) {
        return base::equal_no_case(trimmed(cell), trimmed(options.column));
    };
    const bool is_there = std::ranges::any_of(cells, is_exact);
    const auto count =
        is_there ? std::ranges::count_if(cells, is_exact) : std::ranges::count_if(cells, is_alike);
    if (count > 1) {
        return fault_at(csv_.line(),
                        fmt::format("the header has {} columns \"{}\"; give the number of one",
                                    count, shown(options.column)));
    }
    if (count == 1) {
        const auto place = is_there ? std::ranges::find_if(cells, is_exact)
                                    : std::ranges::find_if(cells, is_alike);
        column_ = static_cast<std::size_t>(place - cells.begin());
        return {};
    }
    std::string known;
    for (const auto& cell : cells) known += (known.empty() ? "" : ", ") + cell;
    std::string words = fmt::format("the header has no column \"{}\"; it has {}",
                                    shown(options.column), shown(known));
    const auto other = cells.size() == 1 ? known.find_first_of(";\t|,:") : std::string::npos;
    if (other != std::string::npos) {
        words += known[other] == '\t' ? "; for cells with tabs between them add --delimiter tab"
                                      : fmt::format(
                                            "; for cells with '{0}' between them add "
                                            "--delimiter '{0}'",
                                            known[other]);
    }
    return fault_at(csv_.line(), words);
}

base::Result<void> BulkInput::check_columns() const {
    const std::size_t count = csv_.cells().size();
    if (count != columns_count_) {
        return fault_at(csv_.line(), fmt::format("{} columns; {} were expected, as in the first "
                                                 "row",
                                                 count, columns_count_));
    }
    if (column_ < count) return {};
    return fault_at(csv_.line(), fmt::format("no column {}; the row has {}", column_ + 1, count));
}

base::Result<std::optional<BulkRow>> BulkInput::next() {
    const auto found = next_record();
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::nullopt;
    BulkRow row;
    if (is_csv_) {
        if (columns_count_ == 0) columns_count_ = csv_.cells().size();
        if (const auto good = check_columns(); !good) return std::unexpected(good.error());
        row.raw = csv_.raw();
        row.cell = trimmed(csv_.cells()[column_]);
        row.line = csv_.line();
    } else {
        row.raw = line_text_;
        row.cell = trimmed(line_text_);
        row.line = line_;
        row.is_asked = !row.cell.empty() && !row.cell.starts_with('#');
    }
    if (row.is_asked) row.number = ++rows_;
    row.end = read_bytes_ - rest_.size();
    return row;
}

}  // namespace turnaway::cli
