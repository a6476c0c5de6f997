#include "io/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "io/connection.h"
#include "process/inherited_sockets.h"

namespace turnaway::io {

namespace {

using asio::ip::tcp;
using base::Fault;
using boost::system::error_code;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int backlog = 65535;  // reduced by the system to net.core.somaxconn
constexpr int ports_privileged_below = 1024;

std::unexpected<base::Error> listen_error(const Endpoint& endpoint, const error_code& error) {
    const std::string where = endpoint.text();
    if (error == asio::error::access_denied && endpoint.port < ports_privileged_below) {
        return base::fail(Fault::permission,
                          "no permission to listen on " + where +
                              ": start the service by its systemd socket unit, or give the program "
                              "the capability cap_net_bind_service");
    }
    if (error == asio::error::address_in_use) {
        return base::fail(Fault::unavailable,
                          "another program already listens on " + where +
                              ": stop it (ss -ltnp shows which it is), or choose another port");
    }
    if (error.value() == EADDRNOTAVAIL) {
        return base::fail(Fault::unavailable, "this machine has no address for " + where +
                                                  ": choose an address of this machine");
    }
    return base::fail(Fault::system, "cannot listen on " + where + ": " + error.message());
}

// For `ask` it is enough to bind: another listener prevents even that, and a client that connected
// to a short-lived listener would be dropped without a reply.
enum class Purpose : std::uint8_t { listen, ask };

error_code take_place(tcp::acceptor& acceptor, const tcp::endpoint& at, bool is_for_both,
                      Purpose purpose) {
    error_code error;
    acceptor.open(at.protocol(), error);
    if (error) return error;
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && purpose == Purpose::listen) acceptor.set_option(ReusePort(true), error);
    if (!error && at.protocol() == tcp::v6()) {
        acceptor.set_option(asio::ip::v6_only(!is_for_both), error);
    }
    if (!error) acceptor.bind(at, error);
    if (!error && purpose == Purpose::listen) acceptor.listen(backlog, error);
    return error;
}

base::Result<tcp::acceptor> open_acceptor(asio::any_io_executor executor, const Endpoint& endpoint,
                                          Purpose purpose) {
    tcp::acceptor acceptor(executor);
    error_code error;
    if (endpoint.address) {
        const tcp::endpoint at(asio_address(*endpoint.address), endpoint.port);
        error = take_place(acceptor, at, false, purpose);
    } else {
        error = take_place(acceptor, {tcp::v6(), endpoint.port}, true, purpose);
        if (error == asio::error::address_family_not_supported || error.value() == EADDRNOTAVAIL) {
            acceptor = tcp::acceptor(executor);
            error = take_place(acceptor, {tcp::v4(), endpoint.port}, false, purpose);
        }
    }
    if (error) return listen_error(endpoint, error);
    return acceptor;
}

// Takes ownership of the descriptor, also on failure. Asio only passes a descriptor on, so a Unix
// socket may be one of TCP to it.
base::Result<tcp::acceptor> adopt(const asio::any_io_executor& executor, int descriptor) {
    sockaddr_storage address{};
    socklen_t bytes = sizeof address;
    getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &bytes);
    tcp::acceptor acceptor(executor);
    error_code error;
    acceptor.assign(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), descriptor, error);
    if (!error) return acceptor;
    ::close(descriptor);
    return base::fail(Fault::system, "cannot use a listening socket: " + error.message());
}

// The client was gone before it was accepted, or its network is down.
bool is_gone(const error_code& error) {
    return error == asio::error::connection_aborted || error == asio::error::network_down ||
           error == asio::error::network_unreachable || error == asio::error::host_unreachable ||
           error == asio::error::connection_reset || error.value() == EPROTO;
}

}  // namespace

base::Result<Listener> Listener::open(asio::any_io_executor executor, const Endpoint& endpoint) {
    auto acceptor = open_acceptor(std::move(executor), endpoint, Purpose::listen);
    if (!acceptor) return std::unexpected(acceptor.error());
    return Listener(*std::move(acceptor));
}

asio::awaitable<std::expected<tcp::socket, error_code>> Listener::accept() {
    while (true) {
        auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
        if (!error) co_return std::move(socket);
        if (!is_gone(error)) co_return std::unexpected(error);
    }
}

base::Result<Listener> Listener::moved_to(asio::any_io_executor executor) && {
    error_code error;
    const int descriptor = acceptor_.release(error);
    if (error) {
        return base::fail(Fault::system, "cannot move a listening socket: " + error.message());
    }
    auto acceptor = adopt(executor, descriptor);
    if (!acceptor) return std::unexpected(acceptor.error());
    return Listener(*std::move(acceptor));
}

void Listener::close() {
    error_code ignored;
    acceptor_.close(ignored);
}

Endpoint Listener::local() const {
    error_code error;
    const tcp::endpoint at = acceptor_.local_endpoint(error);
    if (error || at.address().is_unspecified()) return {std::nullopt, at.port()};
    return {ip_address(at.address()), at.port()};
}

base::Result<void> may_listen(const Endpoint& endpoint) {
    asio::io_context context;
    auto acceptor = open_acceptor(context.get_executor(), endpoint, Purpose::ask);
    if (!acceptor) return std::unexpected(acceptor.error());
    return {};
}

base::Result<Listener> Listener::copy_of(const asio::any_io_executor& executor, int descriptor) {
    const int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return base::fail_errno(Fault::system, "cannot copy a listening socket");
    auto acceptor = adopt(executor, copy);
    if (!acceptor) return std::unexpected(acceptor.error());
    return Listener(*std::move(acceptor));
}

base::Result<InheritedSockets> InheritedSockets::take() {
    InheritedSockets taken;
    auto sockets = process::take_inherited_sockets();
    if (!sockets) return std::unexpected(sockets.error());
    taken.sockets_ = *std::move(sockets);
    return taken;
}

std::vector<std::string> InheritedSockets::names() const {
    std::vector<std::string> names;
    names.reserve(sockets_.size());
    for (const auto& socket : sockets_) names.push_back(socket.name);
    return names;
}

base::Result<std::vector<Listener>> InheritedSockets::listeners(
    const asio::any_io_executor& executor) const {
    std::vector<Listener> listeners;
    for (const auto& socket : sockets_) {
        auto listener = Listener::copy_of(executor, socket.descriptor.get());
        if (!listener) return std::unexpected(listener.error());
        listeners.push_back(*std::move(listener));
    }
    return listeners;
}

}  // namespace turnaway::io
