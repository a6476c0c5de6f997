// The main thread once the workers run: signals, writing the log to standard error, the metrics
// page, the stop.
//
// SIGTERM and SIGINT drain and stop; a second signal stops at once. SIGUSR1 logs the totals. SIGHUP
// is answered in the log: there is nothing to reload, all settings are on the command line. The
// reader of the log may be slow: lines wait in the workers' rings and are dropped there, and
// counted; neither signals nor metrics wait for it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "process/service_notify.h"
#include "refuse/metrics_page.h"
#include "refuse/worker.h"

namespace turnaway::refuse {

class Supervisor {
  public:
    // Blocks the signals it handles, in this thread and those started later: it must be made before
    // the workers' threads.
    [[nodiscard]] static base::Result<std::unique_ptr<Supervisor>> make(
        Shared& shared, std::vector<std::unique_ptr<Worker>>& workers,
        std::optional<OwnedFd> metrics_listener);

    // Runs until the workers have stopped (worker_stopped() from each of their threads).
    void run(const process::ServiceNotify& notify);
    void worker_stopped();
    // Logs one line about the server itself: `event` and pairs of key and value; numbers and
    // booleans stay such in JSON. Events that the relay has too have the same names.
    using LogValue = std::variant<std::string, std::uint64_t, bool>;
    void log(std::string_view event,
             std::initializer_list<std::pair<std::string_view, LogValue>> fields);

  private:
    Supervisor(Shared& shared, std::vector<std::unique_ptr<Worker>>& workers)
        : shared_(shared), workers_(workers) {}

    void on_signal(const process::ServiceNotify& notify);
    void write_log();
    bool write_ring(LogRing& ring);
    void report_dropped_lines();
    void log_totals();
    Totals totals() const;

    Shared& shared_;
    std::vector<std::unique_ptr<Worker>>& workers_;
    std::optional<MetricsPage> metrics_;
    OwnedFd epoll_;
    OwnedFd signals_;
    OwnedFd wake_;
    std::atomic<std::size_t> stopped_workers_{0};
    std::uint64_t reported_drops_ = 0;
    std::int64_t started_milliseconds_ = 0;
    std::uint64_t start_seconds_ = 0;  // of the wall clock, since 1970
    std::int64_t drops_reported_at_ = 0;
    std::int64_t log_due_milliseconds_ = 0;  // 0: no line waits
    std::string stop_reason_;
};

}  // namespace turnaway::refuse
