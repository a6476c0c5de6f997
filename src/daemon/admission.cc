#include "daemon/admission.h"

#include <chrono>

namespace turnaway::daemon {
namespace {

// Enough for the socket to send one line.
constexpr std::chrono::seconds refusal_wait{1};

}  // namespace

boost::asio::awaitable<std::unique_ptr<ClientGuard>> admit(Admission admission,
                                                           io::Connection& connection,
                                                           route::IpAddress address) {
    const auto entry = admission.clients.enter(address, admission.limits);
    if (entry == ClientCount::Entry::admitted) {
        co_return std::make_unique<ClientGuard>(admission.clients, address);
    }
    const std::string reply = admission.turn_away(entry);
    const auto lingering = admission.clients.linger();
    if (co_await connection.write(reply, refusal_wait) && lingering) co_await connection.close();
    co_return nullptr;
}

}  // namespace turnaway::daemon
