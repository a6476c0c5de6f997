// Listening: the sockets that clients connect to, one copy for each event thread.
//
// From systemd if it passes any, else from the configuration. With port 0 all threads share the
// port that the system chose.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/log.h"
#include "io/endpoint.h"
#include "io/listener.h"

namespace turnaway::daemon {

using ThreadListeners = std::vector<std::vector<io::Listener>>;  // one element per thread

// Called while the process may still bind a port below 1024: threads may start later, and their
// listeners are moved to them.
[[nodiscard]] base::Result<ThreadListeners> open_listeners(
    std::span<const io::Endpoint> endpoints, unsigned threads,
    const boost::asio::any_io_executor& executor);

// Only from these endpoints, whatever systemd passes.
[[nodiscard]] base::Result<ThreadListeners> open_endpoints(
    std::span<const io::Endpoint> endpoints, unsigned threads,
    const boost::asio::any_io_executor& executor);

// The addresses the sockets are bound to, each once.
std::vector<io::Endpoint> listening_at(const ThreadListeners& listeners);

// As log lines have it: "*" for every address of the machine.
std::string address_text(const io::Endpoint& at);

// `protocol` is "smtp", or "http" for the pages.
void log_listening(Log& log, std::string_view protocol, const io::Endpoint& at);

}  // namespace turnaway::daemon
