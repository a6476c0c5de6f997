// Session: one client of the example daemon: each line is answered with the configured word and the
// line itself.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>

#include "daemon/client_count.h"
#include "daemon/counters.h"
#include "daemon/event_thread.h"
#include "daemon/log.h"
#include "example_daemon/config.h"
#include "io/connection.h"

namespace turnaway::example {

enum class Counter : std::uint8_t { connections, connections_refused, answers };
using Counters = daemon::Counters<Counter, 3>;

// What all threads share; safe for any of them.
struct State {
    std::atomic<std::shared_ptr<const Config>> config;
    daemon::Log& log;
    daemon::ClientCount clients = {};
    Counters counters = {};
};

// A session keeps the configuration that it began with.
boost::asio::awaitable<void> serve(State& state, daemon::EventThread& thread,
                                   std::unique_ptr<io::Connection> connection);

}  // namespace turnaway::example
