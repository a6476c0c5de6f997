// OutboundConnection: a connection to a destination's host, with its SMTP session, kept between
// messages.
//
// Connects, drives the pure smtp::ClientSession, and after a failed opportunistic handshake
// connects once more without TLS. Holds at most one connection. Without a certain claim to the
// message (spool::Spool::owns_messages) it begins no transaction and sends no final dot. RFC 5321
// section 4.5.4.1 (one copy for many recipients), RFC 3207.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/client_deadlines.h"
#include "io/client_driver.h"
#include "io/connection.h"
#include "judge/refusing_hosts.h"
#include "route/ip_address.h"
#include "smtp/client_session.h"
#include "spool/spool.h"

namespace turnaway::relay {

class Shard;

inline constexpr std::string_view unreadable_content = "the stored content cannot be read";

struct HostAddress {
    std::string host;  // its name, for TLS
    route::IpAddress address;
    std::uint16_t port = 0;
    bool operator==(const HostAddress&) const = default;
};

// The result of one transaction.
struct Dialogue {
    // The host or the connection failed: another host may work.
    std::optional<smtp::ClientOutcome> host_outcome = {};
    // For each recipient of the message, in order; empty if no transaction was begun.
    std::vector<std::optional<smtp::ClientOutcome>> outcomes = {};
    std::string words = {};          // our own, if the host sent no reply
    std::string greeting_name = {};  // the host's own name: the first word of its 220
    bool offers_dsn = false;
    // Why this relay itself ended it; then the outcomes hold only the replies received before.
    std::string_view own_fault = {};
    std::optional<std::chrono::steady_clock::time_point> mail_began = {};
};

// Updates the memory of refusing hosts from the dialogue (ADR 15).
void learn_of_host(judge::RefusingHosts& hosts, const HostAddress& where, const Dialogue& dialogue);

class OutboundConnection {
  public:
    explicit OutboundConnection(Shard& shard) : shard_(shard) {}

    // `content` may be null for a message that ends at RCPT.
    boost::asio::awaitable<Dialogue> deliver(HostAddress where, smtp::TlsPolicy tls,
                                             smtp::ClientMessage message,
                                             spool::ContentPtr content);
    // Whether another message can use this connection, for the same host and the same TLS policy.
    bool is_ready() const { return is_ready_ && session_->may_deliver(); }
    // Sends QUIT if there is a connection, and closes it.
    boost::asio::awaitable<void> leave();

  private:
    boost::asio::awaitable<Dialogue> dial_and_deliver(HostAddress where, smtp::TlsPolicy tls,
                                                      smtp::ClientMessage message,
                                                      spool::ContentPtr content);
    boost::asio::awaitable<Dialogue> drive(const spool::ContentPtr& content);
    Dialogue conclude() const;

    Shard& shard_;
    std::shared_ptr<io::Connection> connection_;
    std::optional<smtp::ClientSession> session_;
    std::optional<HostAddress> where_;
    // The policy requested. A connection that continued without TLS after a failed handshake was
    // opened under an opportunistic policy, and can be used for that again.
    smtp::TlsPolicy tls_ = smtp::TlsPolicy::never;
    io::ClientDeadlines deadlines_;
    bool is_ready_ = false;
};

}  // namespace turnaway::relay
