#include "refuse/supervisor.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "refuse/connection_log.h"

namespace turnaway::refuse {

namespace {

using base::Fault;
using base::Result;

constexpr std::int64_t log_delay_milliseconds = 50;  // lines are written in batches
constexpr std::int64_t drop_report_milliseconds = 1000;
// What a pipe takes without blocking once poll() reports it writable (PIPE_BUF).
constexpr std::size_t bytes_per_write = 4096;
static_assert(bytes_per_write >= connection_log_bytes_max);

std::int64_t milliseconds_now() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

bool can_write(int fd) {
    pollfd request{.fd = fd, .events = POLLOUT, .revents = 0};
    return poll(&request, 1, 0) == 1 && (request.revents & POLLOUT) != 0;
}

}  // namespace

Result<std::unique_ptr<Supervisor>> Supervisor::make(Shared& shared,
                                                     std::vector<std::unique_ptr<Worker>>& workers,
                                                     std::optional<OwnedFd> metrics_listener) {
    sigset_t handled;
    sigemptyset(&handled);
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGHUP}) sigaddset(&handled, signal);
    pthread_sigmask(SIG_BLOCK, &handled, nullptr);
    signal(SIGPIPE, SIG_IGN);

    std::unique_ptr<Supervisor> supervisor(new Supervisor(shared, workers));
    supervisor->signals_ = OwnedFd(signalfd(-1, &handled, SFD_NONBLOCK | SFD_CLOEXEC));
    supervisor->wake_ = OwnedFd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    supervisor->epoll_ = OwnedFd(epoll_create1(EPOLL_CLOEXEC));
    if (metrics_listener) supervisor->metrics_.emplace(*std::move(metrics_listener));
    shared.log_wake_fd = supervisor->wake_.get();
    supervisor->started_milliseconds_ = milliseconds_now();
    supervisor->start_seconds_ = static_cast<std::uint64_t>(wall_clock() / 1'000'000'000);
    std::vector<int> watched{supervisor->signals_.get(), supervisor->wake_.get()};
    if (supervisor->metrics_) watched.push_back(supervisor->metrics_->listener());
    for (const int fd : watched) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
        if (epoll_ctl(supervisor->epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
            return base::fail_errno(Fault::system, "cannot watch signals");
        }
    }
    return supervisor;
}

void Supervisor::worker_stopped() {
    stopped_workers_.fetch_add(1, std::memory_order_release);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
}

void Supervisor::run(const process::ServiceNotify& notify) {
    std::size_t metrics_clients = 0;
    while (stopped_workers_.load(std::memory_order_acquire) < workers_.size()) {
        const std::int64_t before = milliseconds_now();
        const bool has_timer = metrics_clients > 0 || log_due_milliseconds_ != 0;
        const std::int64_t due = log_due_milliseconds_ != 0 ? log_due_milliseconds_ : before + 1000;
        const int wait = has_timer ? static_cast<int>(std::max<std::int64_t>(0, due - before)) : -1;
        std::array<epoll_event, 16> events;
        const int count = epoll_wait(epoll_.get(), events.data(), events.size(), wait);
        const std::int64_t now = milliseconds_now();
        for (int i = 0; i < count; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd == signals_.get()) {
                on_signal(notify);
            } else if (fd == wake_.get()) {
                std::uint64_t wakes = 0;
                [[maybe_unused]] const ssize_t bytes = read(fd, &wakes, sizeof wakes);
                if (log_due_milliseconds_ == 0)
                    log_due_milliseconds_ = now + log_delay_milliseconds;
            } else if (metrics_ && fd == metrics_->listener()) {
                epoll_event event{.events = EPOLLIN, .data = {.fd = metrics_->accept_client(now)}};
                if (event.data.fd >= 0)
                    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, event.data.fd, &event);
            } else if (metrics_) {
                const auto uptime =
                    static_cast<std::uint64_t>((now - started_milliseconds_) / 1000);
                metrics_->on_readable(fd, shared_.is_stopping, [&] {
                    return prometheus_text(totals(), {.uptime_seconds = uptime,
                                                      .start_seconds = start_seconds_,
                                                      .version = TURNAWAY_VERSION});
                });
            }
        }
        if (metrics_) metrics_clients = metrics_->expire(now);
        if (log_due_milliseconds_ != 0 && now >= log_due_milliseconds_) write_log();
    }
    write_log();
    log_totals();
    log("stopped", {{"exit_code", std::uint64_t{0}}, {"reason", stop_reason_}});
}

void Supervisor::on_signal(const process::ServiceNotify& notify) {
    signalfd_siginfo info{};
    while (read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        switch (static_cast<int>(info.ssi_signo)) {
            case SIGUSR1:
                log_totals();
                break;
            case SIGHUP:
                log("reloaded", {{"taken", false},
                                 {"words", "nothing to reload: settings are on the command line"}});
                break;
            default:
                if (shared_.is_stopping.exchange(true)) {
                    log("stopped", {{"exit_code", std::uint64_t{0}}, {"reason", "second signal"}});
                    _exit(0);
                }
                notify.send("STOPPING=1");
                stop_reason_ = info.ssi_signo == SIGTERM ? "SIGTERM" : "SIGINT";
                log("stopping", {{"reason", stop_reason_}});
                for (const auto& worker : workers_) worker->wake();
        }
    }
}

void Supervisor::write_log() {
    // First the flag, then the lines: a line added meanwhile wakes the supervisor again.
    shared_.log_flag.lower();
    log_due_milliseconds_ = 0;
    for (const auto& worker : workers_) {
        // The reader of the log is slow: try again later, and let signals and metrics be served.
        if (!write_ring(worker->log_ring())) {
            log_due_milliseconds_ = milliseconds_now() + log_delay_milliseconds;
        }
    }
    report_dropped_lines();
}

// Writes whole lines only, so that the server's own lines never split one. False if lines are left.
bool Supervisor::write_ring(LogRing& ring) {
    std::array<char, bytes_per_write> buffer;
    while (true) {
        const std::string_view lines = ring.front(buffer);
        if (lines.empty()) return true;
        if (!can_write(STDERR_FILENO)) return false;
        const ssize_t written = write(STDERR_FILENO, lines.data(), lines.size());
        if (written <= 0) return errno != EAGAIN && errno != EINTR;
        ring.pop(static_cast<std::size_t>(written));
    }
}

void Supervisor::report_dropped_lines() {
    const std::int64_t now = milliseconds_now();
    const std::uint64_t dropped = totals().log_lines_dropped;
    if (dropped == reported_drops_ || shared_.settings.log == base::LogFormat::none) return;
    if (now - drops_reported_at_ < drop_report_milliseconds) {
        if (log_due_milliseconds_ == 0) log_due_milliseconds_ = now + log_delay_milliseconds;
        return;
    }
    log("log-sampled", {{"connections_not_logged", dropped - reported_drops_}});
    reported_drops_ = dropped;
    drops_reported_at_ = now;
}

void Supervisor::log(std::string_view event,
                     std::initializer_list<std::pair<std::string_view, LogValue>> fields) {
    if (shared_.settings.log == base::LogFormat::none || !can_write(STDERR_FILENO)) return;
    std::array<char, 2048> buffer;
    base::LogLine line(buffer, shared_.settings.log, event);
    line.add_time(wall_clock());
    for (const auto& [key, value] : fields) {
        if (const auto* number = std::get_if<std::uint64_t>(&value)) {
            line.add(key, *number);
        } else if (const auto* flag = std::get_if<bool>(&value)) {
            line.add(key, *flag);
        } else {
            line.add(key, std::string_view(std::get<std::string>(value)));
        }
    }
    const std::string_view text = line.finish();
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

Totals Supervisor::totals() const {
    Totals sum;
    for (const auto& worker : workers_) sum.add(worker->counters());
    return sum;
}

void Supervisor::log_totals() {
    const Totals sum = totals();
    const auto uptime = (milliseconds_now() - started_milliseconds_) / 1000;
    std::uint64_t refused = 0;
    for (const std::uint64_t count : sum.refusals) refused += count;
    log("totals", {{"connections", sum.all_connections()},
                   {"refused", refused},
                   {"active", sum.active},
                   {"commands", sum.commands},
                   {"recipients", sum.recipients},
                   {"accept_failures", sum.accept_failures},
                   {"connections_not_logged", sum.log_lines_dropped},
                   {"uptime_seconds", static_cast<std::uint64_t>(uptime)}});
}

}  // namespace turnaway::refuse
