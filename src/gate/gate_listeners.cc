#include "gate/gate_listeners.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "daemon/listening.h"

namespace turnaway::gate {
namespace {

namespace asio = boost::asio;

constexpr std::array<mode_t, 3> modes{0600, 0660, 0666};  // in the order of SocketMode
constexpr int backlog = 4096;  // reduced by the system to net.core.somaxconn

}  // namespace

base::Result<void> GateListeners::open_tcp(const GateListenConfig& listen, unsigned threads,
                                           const asio::any_io_executor& executor) {
    threads_.resize(threads);
    auto inherited = io::InheritedSockets::take();
    if (!inherited) return std::unexpected(inherited.error());
    if (auto done = take_inherited(*inherited, executor); !done) return done;
    for (const auto protocol : all_protocols) {
        std::vector<io::Endpoint> endpoints;
        for (const auto& place : wanted(listen, protocol)) {
            const auto* at = place.endpoint();
            if (at != nullptr) endpoints.push_back({.address = at->address, .port = at->port});
        }
        auto opened = daemon::open_endpoints(endpoints, threads, executor);
        if (!opened) return std::unexpected(opened.error());
        for (const auto& at : daemon::listening_at(*opened)) {
            places_.push_back({protocol, daemon::address_text(at), at.port, at.text()});
        }
        for (std::size_t i = 0; i < threads; ++i) {
            threads_.at(i).push_back({protocol, std::move(opened->at(i))});
        }
    }
    return {};
}

base::Result<void> GateListeners::take_inherited(const io::InheritedSockets& sockets,
                                                 const asio::any_io_executor& executor) {
    const auto names = sockets.names();
    for (const auto& each : names) {
        const auto protocol = protocol_of(each);
        if (!protocol || protocol == Protocol::filter) {
            return base::fail(base::Fault::config,
                              "a socket of systemd has the name \"" + each +
                                  "\": the socket unit needs FileDescriptorName= with the name of "
                                  "its protocol: policy, milter or line");
        }
        inherited_.push_back(*protocol);
        places_.push_back({*protocol, "systemd", 0, "the socket " + each + " of systemd"});
    }
    for (auto& of_thread : threads_) {
        auto listeners = sockets.listeners(executor);
        if (!listeners) return std::unexpected(listeners.error());
        for (std::size_t i = 0; i < listeners->size(); ++i) {
            auto& added = of_thread.emplace_back(OfProtocol{inherited_.at(i), {}});
            added.listeners.push_back(std::move(listeners->at(i)));
        }
    }
    return {};
}

std::vector<settings::ListenPlace> GateListeners::wanted(const GateListenConfig& listen,
                                                         Protocol protocol) const {
    const auto* places = listen.of(protocol);
    const bool is_inherited = std::ranges::find(inherited_, protocol) != inherited_.end();
    return places == nullptr || is_inherited ? std::vector<settings::ListenPlace>() : *places;
}

base::Result<void> GateListeners::open_unix(const GateListenConfig& listen,
                                            const asio::any_io_executor& executor) {
    for (const auto protocol : all_protocols) {
        for (const auto& place : wanted(listen, protocol)) {
            const auto* path = place.path();
            if (path == nullptr) continue;
            if (auto done = open_path(protocol, *path, listen, executor); !done) return done;
        }
    }
    return {};
}

base::Result<void> GateListeners::open_path(Protocol protocol, const std::string& path,
                                            const GateListenConfig& listen,
                                            const asio::any_io_executor& executor) {
    const std::string key = "[listen] " + std::string(name(protocol));
    auto socket = daemon::UnixSocket::open(
        executor, {.key = key,
                   .group_key = "[listen] socket_group",
                   .path = path,
                   .group = listen.socket_group,
                   .mode = modes.at(static_cast<std::size_t>(listen.socket_mode)),
                   .backlog = backlog});
    if (!socket) return std::unexpected(socket.error());
    for (auto& of_thread : threads_) {
        auto listener = io::Listener::copy_of(executor, socket->acceptor().native_handle());
        if (!listener) return std::unexpected(listener.error());
        auto& added = of_thread.emplace_back(OfProtocol{protocol, {}});
        added.listeners.push_back(*std::move(listener));
    }
    places_.push_back({protocol, path, 0, path});
    unix_.push_back(*std::move(socket));
    return {};
}

void GateListeners::log(daemon::Log& log) const {
    for (const auto& [protocol, address, port, text] : places_) {
        log.write(daemon::Listening{
            .protocol = name(protocol), .address = address, .port = port, .place = text});
    }
}

std::vector<std::string> GateListeners::unix_paths(const GateListenConfig& listen) const {
    std::vector<std::string> paths;
    for (const auto protocol : all_protocols) {
        for (const auto& place : wanted(listen, protocol)) {
            if (const auto* path = place.path()) paths.push_back(*path);
        }
    }
    return paths;
}

}  // namespace turnaway::gate
