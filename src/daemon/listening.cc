#include "daemon/listening.h"

#include <algorithm>
#include <string>
#include <utility>

namespace turnaway::daemon {

base::Result<ThreadListeners> open_listeners(std::span<const io::Endpoint> endpoints,
                                             unsigned threads,
                                             const boost::asio::any_io_executor& executor) {
    auto inherited = io::InheritedSockets::take();
    if (!inherited) return std::unexpected(inherited.error());
    ThreadListeners opened(threads);
    if (!inherited->is_empty()) {
        for (auto& of_thread : opened) {
            auto listeners = inherited->listeners(executor);
            if (!listeners) return std::unexpected(listeners.error());
            of_thread = *std::move(listeners);
        }
        return opened;
    }
    return open_endpoints(endpoints, threads, executor);
}

base::Result<ThreadListeners> open_endpoints(std::span<const io::Endpoint> endpoints,
                                             unsigned threads,
                                             const boost::asio::any_io_executor& executor) {
    ThreadListeners opened(threads);
    for (io::Endpoint wanted : endpoints) {
        if (auto done = io::may_listen(wanted); !done) return std::unexpected(done.error());
        for (auto& of_thread : opened) {
            auto listener = io::Listener::open(executor, wanted);
            if (!listener) return std::unexpected(listener.error());
            wanted.port = listener->local().port;  // the same for all when the system chose it
            of_thread.push_back(*std::move(listener));
        }
    }
    return opened;
}

std::vector<io::Endpoint> listening_at(const ThreadListeners& listeners) {
    std::vector<io::Endpoint> endpoints;
    for (const auto& of_thread : listeners) {
        for (const auto& listener : of_thread) {
            const auto endpoint = listener.local();
            if (std::ranges::find(endpoints, endpoint) == endpoints.end()) {
                endpoints.push_back(endpoint);
            }
        }
    }
    return endpoints;
}

std::string address_text(const io::Endpoint& at) {
    return at.address ? at.address->text() : "*";
}

void log_listening(Log& log, std::string_view protocol, const io::Endpoint& at) {
    const std::string address = address_text(at);
    const std::string place = at.text();
    log.write(Listening{.protocol = protocol, .address = address, .port = at.port, .place = place});
}

}  // namespace turnaway::daemon
