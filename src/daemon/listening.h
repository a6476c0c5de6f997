// Listening: the sockets that clients connect to, one copy of each for every event thread.
//
// From systemd when it hands any over, else those of the configuration. Port 0 is the same port for
// all threads once the system has chosen it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/log.h"
#include "io/endpoint.h"
#include "io/listener.h"

namespace turnaway::daemon {

using ThreadListeners = std::vector<std::vector<io::Listener>>;  // of each thread

// While there may still be the right to take a port below 1024: the threads may come later, and
// their listeners are moved to them.
[[nodiscard]] base::Result<ThreadListeners> open_listeners(
    std::span<const io::Endpoint> endpoints, unsigned threads,
    const boost::asio::any_io_executor& executor);

// What the sockets themselves say, each endpoint once.
std::vector<io::Endpoint> listening_at(const ThreadListeners& listeners);

// `protocol` is "smtp", or "http" for the pages.
void log_listening(Log& log, std::string_view protocol, const io::Endpoint& at);

}  // namespace turnaway::daemon
