// Session: one client of the example daemon: each line is the address of a recipient, and is
// answered with the configured word and the verdict.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "example_daemon/thread.h"
#include "io/connection.h"

namespace turnaway::example {

// A session keeps the rules that it began with.
boost::asio::awaitable<void> serve(State& state, Thread& thread,
                                   std::unique_ptr<io::Connection> connection);

}  // namespace turnaway::example
