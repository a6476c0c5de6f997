// EventThread: one thread of a daemon: an event loop, the sockets on which it accepts clients, and
// the open sessions.
//
// A graceful stop closes the listeners, asks every session to end, and ends the loop when the last
// one has ended and the daemon has no other work in progress here. abandon() ends it at once.
// Anything that a session or other work of the loop uses must outlive the EventThread or be a
// member declared after it: sessions that are cut off are destroyed with the event loop. Everything
// runs on the thread itself unless noted otherwise.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/connection.h"
#include "io/listener.h"

namespace turnaway::daemon {

class EventThread {
    using Sessions = std::list<std::function<void()>>;  // the function that ends each session

  public:
    using Serve = std::function<boost::asio::awaitable<void>(std::unique_ptr<io::Connection>)>;
    struct Hooks {
        // Serves one client until it has left; none if every listener comes with its own.
        Serve serve;
        // A client could not be accepted, for lack of descriptors or memory.
        std::function<void(const std::string& words)> on_accept_failure;
        // Called once at a graceful stop: no new work may begin.
        std::function<void()> on_stop = {};
        // Whether work other than the sessions is in progress.
        std::function<bool()> is_busy = {};
    };

    EventThread();
    EventThread(const EventThread&) = delete;
    EventThread& operator=(const EventThread&) = delete;

    boost::asio::io_context& io() { return io_; }

    // Before run(): the listeners of this event loop (see adopt()).
    void start(std::vector<io::Listener> listeners, Hooks hooks);
    // After start(): listeners whose clients are served in another way.
    void listen(std::vector<io::Listener> listeners, const Serve& serve);
    void run() { io_.run(); }
    // Any thread. Accepts no new clients; run() returns when all have left.
    void stop();
    // Any thread: ends at once. Clients that are still there are cut off.
    void abandon() { io_.stop(); }

    // Moves listeners of another event loop to this one.
    [[nodiscard]] base::Result<std::vector<io::Listener>> adopt(
        std::vector<io::Listener> listeners);

    // Counts a session until the guard is destroyed. `end_it` is called at a graceful stop.
    class SessionGuard {
      public:
        SessionGuard(EventThread& thread, Sessions::iterator at) : thread_(thread), at_(at) {}
        SessionGuard(const SessionGuard&) = delete;
        SessionGuard& operator=(const SessionGuard&) = delete;
        ~SessionGuard() { thread_.sessions_.erase(at_); }

      private:
        EventThread& thread_;
        Sessions::iterator at_;
    };
    [[nodiscard]] SessionGuard enter(std::function<void()> end_it);
    std::size_t sessions() const { return sessions_.size(); }

  private:
    struct Door {
        io::Listener listener;
        Serve serve;
    };
    boost::asio::awaitable<void> accept(Door& door);
    void end_when_empty();

    // Declared before the event loop: sessions that are cut off leave when the loop is destroyed.
    Sessions sessions_;
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    Hooks hooks_;
    std::list<Door> doors_;
    boost::asio::steady_timer stop_timer_;
    bool is_stopping_ = false;
};

}  // namespace turnaway::daemon
