// EventThread: one thread of a daemon: an event loop, the sockets it accepts clients from, and how
// many of their sessions are open.
//
// A graceful stop closes the listeners, asks every session to end, and ends the loop when the last
// one has left and the daemon has nothing else under way here. abandon() ends it at once. What a
// session or any other work of the loop uses outlives the EventThread or is a member declared after
// it: sessions that are cut off are destroyed with the event loop. Everything runs on the thread
// itself unless it says otherwise.
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
    using Sessions = std::list<std::function<void()>>;  // what ends each

  public:
    struct Hooks {
        // One client, until it has left.
        std::function<boost::asio::awaitable<void>(std::unique_ptr<io::Connection>)> serve;
        // A client could not be accepted, for want of descriptors or memory.
        std::function<void(const std::string& words)> on_accept_failure;
        // At a graceful stop, once: nothing new may begin.
        std::function<void()> on_stop = {};
        // Whether something beside the sessions is still under way.
        std::function<bool()> is_busy = {};
    };

    EventThread();
    EventThread(const EventThread&) = delete;
    EventThread& operator=(const EventThread&) = delete;

    boost::asio::io_context& io() { return io_; }

    // Before run(): listeners of this event loop (see adopt()).
    void start(std::vector<io::Listener> listeners, Hooks hooks);
    void run() { io_.run(); }
    // Any thread. No new clients; ends when all are gone.
    void stop();
    // Any thread: ends at once. Clients that are still there are cut off.
    void abandon() { io_.stop(); }

    // Moves listeners of another event loop to this one.
    [[nodiscard]] base::Result<std::vector<io::Listener>> adopt(
        std::vector<io::Listener> listeners);

    // A session, counted until the guard is gone. `end_it` is called at a graceful stop.
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
    boost::asio::awaitable<void> accept(io::Listener& listener);
    void end_when_empty();

    // Before the event loop: sessions that are cut off leave it when the loop is destroyed.
    Sessions sessions_;
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    Hooks hooks_;
    std::vector<io::Listener> listeners_;
    boost::asio::steady_timer stop_timer_;
    bool is_stopping_ = false;
};

}  // namespace turnaway::daemon
