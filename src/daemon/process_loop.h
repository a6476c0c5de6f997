// ProcessLoop: a daemon as a process: signals, reload, stop, and status for the service manager.
//
// SIGTERM and SIGINT: the event threads stop gracefully, within a bound; a second signal ends them
// at once. SIGHUP: the configuration is read again, on a thread that may wait for the disk, and
// takes effect as a whole or not at all. stop() with an exit status other than 0 works like SIGTERM
// with a shorter bound. Owns the process's event loop, which serves signals, pages and the control
// socket, so that none of them waits for a client. Must be made before the files are confined,
// which cuts off the socket of the service manager; runs nothing before run().
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "daemon/disk_thread.h"
#include "daemon/event_thread.h"
#include "daemon/log.h"
#include "daemon/service_state.h"

namespace turnaway::daemon {

class ProcessLoop {
  public:
    // What is logged about a configuration that took effect.
    struct Taken {
        std::vector<std::string> warnings = {};
        std::vector<std::string> waiting_keys = {};  // these need a restart to take effect
    };
    using TakeConfig = std::function<Taken()>;

    struct Hooks {
        // At a reload, on its own thread: reads the configuration and the files it names. The
        // function it returns is called on the loop and makes them take effect. An error may have
        // several lines; each is logged.
        std::function<base::Result<TakeConfig>()> read_config;
        // The status sentence for the service manager, requested every few seconds.
        std::function<std::string()> status;
        // At a stop, once, before the event threads stop.
        std::function<void()> on_stop = {};
    };

    struct Ending {
        int exit_code = 0;
        std::string reason;  // "SIGTERM"
    };

    ProcessLoop();
    ProcessLoop(const ProcessLoop&) = delete;
    ProcessLoop& operator=(const ProcessLoop&) = delete;

    boost::asio::io_context& io() { return io_; }
    DiskThread& disk() { return disk_; }
    bool is_stopping() const { return is_stopping_; }

    // The loop handles signals from here on. Call it before the system calls are confined.
    void take_signals();
    // Runs the threads, reports that the daemon is ready, and returns when all threads have ended.
    // The threads and `log` must outlive it.
    [[nodiscard]] Ending run(std::vector<EventThread*> threads, Log& log, Hooks hooks);
    // On the loop. Exit status 0: a requested stop; any other: a failure.
    void stop(int exit_code, std::string reason);

  private:
    void await_signals();
    void reload();
    void finish_reload(const base::Result<TakeConfig>& read);
    void log_reload(const base::Result<TakeConfig>& read);
    void abandon();
    void send_status();

    ServiceState service_;
    boost::asio::io_context io_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer stop_timer_;
    boost::asio::steady_timer status_timer_;
    Hooks hooks_;
    Log* log_ = nullptr;  // in run()
    std::vector<EventThread*> threads_;
    bool is_reloading_ = false;
    bool is_reload_wanted_ = false;  // another one is requested
    bool is_stopping_ = false;
    Ending ending_;
    DiskThread disk_;  // last: its work ends before the loop that receives its results
};

}  // namespace turnaway::daemon
