#include "relay/receive/admission.h"

#include <chrono>
#include <string>

#include "relay/log/client_log.h"
#include "relay/relay_state.h"
#include "smtp/server_replies.h"

namespace turnaway::relay {
namespace {

// Enough for the socket to take one line.
constexpr std::chrono::seconds refusal_wait{1};

}  // namespace

asio::awaitable<std::unique_ptr<ClientPlace>> admit(RelayState& relay, io::Connection& connection,
                                                    asio::ip::tcp::endpoint peer) {
    const auto rules = relay.rules();
    const auto address = io::ip_address(peer.address());
    const auto entry = relay.clients().enter(
        address, {.all = rules->config.listen.connections_max,
                  .per_address = rules->config.listen.connections_per_address_max});
    if (entry == ClientCount::Entry::admitted) {
        co_return std::make_unique<ClientPlace>(relay.clients(), address);
    }
    const std::string client = address.text();
    log_turned_away(relay, {.address = client, .port = peer.port()}, entry);
    std::string reply;
    smtp::append_server_reply(entry == ClientCount::Entry::full
                                  ? smtp::ServerSays::too_many_clients
                                  : smtp::ServerSays::too_many_from_one_address,
                              {rules->config.hostname().text(), client}, &reply);
    const bool may_linger = relay.clients().enter_waiting();
    if (co_await connection.write(reply, refusal_wait) && may_linger) co_await connection.close();
    if (may_linger) relay.clients().leave_waiting();
    co_return nullptr;
}

}  // namespace turnaway::relay
