#include "refuse/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "process/inherited_sockets.h"
#include "refuse/client_address.h"

namespace turnaway::refuse {

namespace {

using base::Fault;
using base::Result;

constexpr int backlog = 65535;  // limited by the system to net.core.somaxconn
constexpr int ports_privileged_below = 1024;

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t bytes = 0;
};

SocketAddress socket_address(const Endpoint& endpoint) {
    SocketAddress address;
    if (endpoint.is_ipv6) {
        auto& ipv6 = reinterpret_cast<sockaddr_in6&>(address.storage);
        ipv6.sin6_family = AF_INET6;
        ipv6.sin6_port = htons(endpoint.port);
        inet_pton(AF_INET6, endpoint.address.c_str(), &ipv6.sin6_addr);
        address.bytes = sizeof ipv6;
    } else {
        auto& ipv4 = reinterpret_cast<sockaddr_in&>(address.storage);
        ipv4.sin_family = AF_INET;
        ipv4.sin_port = htons(endpoint.port);
        inet_pton(AF_INET, endpoint.address.c_str(), &ipv4.sin_addr);
        address.bytes = sizeof ipv4;
    }
    return address;
}

std::string bound_address(int fd) {
    sockaddr_storage storage{};
    socklen_t bytes = sizeof storage;
    getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &bytes);
    std::array<char, ClientAddress::text_bytes_max> buffer{};
    return std::string(ClientAddress::from(storage).text(buffer));
}

std::uint16_t bound_port(int fd) {
    sockaddr_storage storage{};
    socklen_t bytes = sizeof storage;
    getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &bytes);
    return ClientAddress::from(storage).port();
}

std::unexpected<base::Error> bind_error(const Endpoint& endpoint, int error) {
    const std::string where = endpoint.text();
    if (error == EACCES && endpoint.port < ports_privileged_below) {
        return base::fail(Fault::permission,
                          "no permission to listen on " + where +
                              ": start it by the systemd socket unit (systemctl start "
                              "turnaway-refuse.socket), or give the program the capability (setcap "
                              "cap_net_bind_service=+ep turnaway-refuse)");
    }
    if (error == EADDRINUSE) {
        return base::fail(Fault::unavailable,
                          "another program already listens on " + where +
                              ": stop it (ss -ltnp shows which it is), or choose another --listen");
    }
    if (error == EADDRNOTAVAIL) {
        return base::fail(Fault::unavailable,
                          "this machine has no address " + endpoint.address +
                              ": choose an address of this machine for --listen");
    }
    return base::fail_errno(Fault::system, "cannot listen on " + where, error);
}

Result<OwnedFd> open_listener(const Endpoint& endpoint, bool is_one_of_many) {
    OwnedFd fd(socket(endpoint.is_ipv6 ? AF_INET6 : AF_INET,
                      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (fd.get() < 0) return bind_error(endpoint, errno);
    const int on = 1;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (is_one_of_many) setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (endpoint.is_ipv6) setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    // Connections inherit it, which saves one call for each.
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const SocketAddress address = socket_address(endpoint);
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.bytes) != 0 ||
        listen(fd.get(), backlog) != 0) {
        return bind_error(endpoint, errno);
    }
    return fd;
}

// The sockets passed by systemd, with the same options as our own.
Result<std::vector<OwnedFd>> inherited_listeners() {
    auto sockets = process::take_inherited_sockets();
    if (!sockets) return std::unexpected(sockets.error());
    std::vector<OwnedFd> listeners;
    const int on = 1;
    for (auto& [fd, name] : *sockets) {
        setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
        listeners.push_back(std::move(fd));
    }
    return listeners;
}

}  // namespace

Result<Listeners> open_listeners(const Settings& settings) {
    Listeners listeners;
    auto inherited = inherited_listeners();
    if (!inherited) return std::unexpected(inherited.error());
    listeners.shared = *std::move(inherited);
    for (const OwnedFd& fd : listeners.shared) {
        listeners.addresses.push_back(bound_address(fd.get()));
    }
    std::vector<Endpoint> endpoints = settings.listen;
    const bool is_default = endpoints.empty() && listeners.shared.empty();
    if (is_default) endpoints = {{"0.0.0.0", 25, false}, {"::", 25, true}};

    listeners.own.resize(settings.workers);
    for (Endpoint& endpoint : endpoints) {
        // With SO_REUSEPORT a second server of the same user would silently share the port; a first
        // bind without it detects that.
        if (settings.workers > 1 && endpoint.port != 0) {
            const auto probe = open_listener(endpoint, false);
            if (!probe && probe.error().fault == Fault::unavailable) {
                return std::unexpected(probe.error());
            }
        }
        for (std::uint32_t worker = 0; worker < settings.workers; ++worker) {
            auto fd = open_listener(endpoint, settings.workers > 1);
            if (!fd) {
                // A machine without IPv6 still listens on all its addresses.
                if (is_default && endpoint.is_ipv6 && fd.error().fault == Fault::system) break;
                return std::unexpected(fd.error());
            }
            if (endpoint.port == 0) endpoint.port = bound_port(fd->get());
            if (worker == 0) listeners.addresses.push_back(bound_address(fd->get()));
            listeners.own[worker].push_back(*std::move(fd));
        }
    }
    return listeners;
}

Result<OwnedFd> open_metrics_listener(const Endpoint& endpoint, std::string* address) {
    auto fd = open_listener(endpoint, false);
    if (fd) *address = bound_address(fd->get());
    return fd;
}

}  // namespace turnaway::refuse
