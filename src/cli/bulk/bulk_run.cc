// Runs a task over all rows: one thread reads, the shards answer, the first thread writes.
//
// Whatever ends a run early, only whole rows were written, in order, and the run can be resumed.
#include <malloc.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <optional>
#include <thread>
#include <utility>

#include "base/printable.h"
#include "cli/bulk/bulk_format.h"
#include "cli/bulk/bulk_input.h"
#include "cli/bulk/bulk_options.h"
#include "cli/bulk/bulk_output.h"
#include "cli/bulk/bulk_progress.h"
#include "cli/bulk/bulk_shards.h"
#include "cli/bulk/bulk_window.h"
#include "cli/common/stop_signals.h"

namespace turnaway::cli {

namespace {

using namespace std::chrono_literals;

// How long an answered row may wait so that several are written together.
constexpr auto write_pause = 100ms;
constexpr int ended_by_signal = 128;

class BulkRun {
  public:
    BulkRun(const BulkOptions& options, BulkForm form, const BulkTask& task)
        : options_(options),
          task_(task),
          format_(form, !options.column.empty(), task.columns, delimiter_of(options)),
          window_(options.parallel) {}

    int run();

  private:
    void read_rows();
    base::Result<void> write_rows();
    int end(const base::Result<void>& written);
    int complain(const base::Error& error) const;
    void say_how_to_resume() const;

    const BulkOptions& options_;
    const BulkTask& task_;
    BulkFormat format_;
    StopSignals stop_;  // before any other thread
    std::optional<BulkInput> input_;
    std::optional<BulkOutput> output_;
    BulkWindow window_;
    std::unique_ptr<BulkShards> shards_;
    std::optional<base::Error> input_error_;  // read after the reading thread has ended
    BulkDone done_;
    bool is_unread_ = false;  // the reader of our output is gone
};

int BulkRun::complain(const base::Error& error) const {
    std::fprintf(stderr, "%s: %s\n", task_.program.c_str(), error.message.c_str());
    return base::exit_code(error.fault);
}

int BulkRun::run() {
    auto input = BulkInput::open(options_, stop_.token());
    if (stop_.signal() != 0) return ended_by_signal + stop_.signal();
    if (!input) return complain(input.error());
    input_ = *std::move(input);
    auto output = BulkOutput::open(options_, task_, format_, *input_);
    if (stop_.signal() != 0) return ended_by_signal + stop_.signal();
    if (!output) return complain(output.error());
    output_ = *std::move(output);
    done_ = output_->done_before();
    auto shards = BulkShards::start(task_, format_, window_);
    if (!shards) return complain(shards.error());
    shards_ = *std::move(shards);
    std::jthread reader([this] { read_rows(); });
    const auto written = write_rows();
    stop_.stop();
    window_.close();
    reader.join();
    shards_.reset();
    return end(written);
}

void BulkRun::read_rows() {
    for (;;) {
        auto row = input_->next();
        if (!row) {
            input_error_ = row.error();
            break;
        }
        if (!*row) break;
        const auto place = window_.enter((*row)->raw.size() + (*row)->cell.size());
        if (!place.is_given) return;
        if ((*row)->is_asked) {
            shards_->answer(**std::move(row), place.number);
        } else {
            window_.answer(place.number, format_.text(**row), 0, (*row)->end);
        }
    }
    window_.end_input();
}

base::Result<void> BulkRun::write_rows() {
    // Rows and progress on the same terminal would overwrite each other.
    const bool mixes = options_.output.empty() && ::isatty(STDOUT_FILENO) != 0;
    const auto mode = options_.shows_progress      ? BulkProgress::Mode::always
                      : options_.is_quiet || mixes ? BulkProgress::Mode::never
                                                   : BulkProgress::Mode::on_terminal;
    BulkProgress progress(mode, input_->bytes(), done_.rows, done_.input_end);
    const auto stop = stop_.token();
    for (;;) {
        const auto ready = window_.take(write_pause);
        const auto written = output_->write(ready.text);
        if (!written) return std::unexpected(written.error());
        is_unread_ = !*written;
        if (is_unread_) return {};
        if (ready.rows > 0) {
            done_.rows += ready.rows;
            done_.input_end = ready.input_end;
            done_.has_no = done_.has_no || ready.has_no;
            done_.has_unknown = done_.has_unknown || ready.has_unknown;
        }
        progress.show(done_.rows, done_.input_end);
        if (ready.is_end || stop.stop_requested()) return {};
    }
}

int BulkRun::end(const base::Result<void>& written) {
    if (is_unread_) return ended_by_signal + SIGPIPE;
    if (!written) {
        say_how_to_resume();
        return complain(written.error());
    }
    if (stop_.signal() != 0) {
        std::fprintf(stderr, "%s: stopped after %zu %s\n", task_.program.c_str(), done_.rows,
                     done_.rows == 1 ? "row" : "rows");
        say_how_to_resume();
        return ended_by_signal + stop_.signal();
    }
    if (input_error_) return complain(*input_error_);
    if (done_.has_no) return 1;
    return done_.has_unknown ? 2 : 0;
}

void BulkRun::say_how_to_resume() const {
    if (options_.output.empty()) return;
    std::string shown;
    base::append_printable(shown, options_.output, 1000);
    std::fprintf(stderr, "%s: the same command with --resume goes on with %s\n",
                 task_.program.c_str(), shown.c_str());
}

}  // namespace

int run_bulk(const BulkOptions& options, BulkForm form, const BulkTask& task) {
    // libunbound allocates blocks of 8 KiB for each query, and glibc sweeps its fast bins for each
    // such block; without those bins a row costs a tenth less CPU time (docs/adr/0009).
    mallopt(M_MXFAST, 0);
    BulkOptions named = options;
    if (named.output == "-") named.output.clear();
    if (named.resumes && named.output.empty()) {
        std::fprintf(stderr,
                     "%s: --resume goes with a file in --output, not with standard output\n",
                     task.program.c_str());
        return base::exit_code(base::Fault::usage);
    }
    return BulkRun(named, form, task).run();
}

}  // namespace turnaway::cli
