// OutboundConnection: a connection to a host that mail goes to, with its SMTP session, kept between
// messages.
//
// Dials, drives the pure smtp::ClientSession, and after a failed opportunistic handshake dials once
// more without TLS. Holds at most one connection. RFC 5321 section 4.5.4.1 (one copy for many
// recipients), RFC 3207.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
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

struct HostAddress {
    std::string host;  // its name, for TLS
    route::IpAddress address;
    std::uint16_t port = 0;
    bool operator==(const HostAddress&) const = default;
};

// What one transaction came to.
struct Dialogue {
    // The host or the connection is at fault: another host may do better.
    std::optional<smtp::ClientOutcome> host_outcome = {};
    // For each recipient of the message, in its order; empty when it never came to a transaction.
    std::vector<std::optional<smtp::ClientOutcome>> outcomes = {};
    std::string words = {};          // ours, where the host said nothing
    std::string greeting_name = {};  // what the host calls itself: the first word of its 220
    bool offers_dsn = false;
    // Our own disk ended it: outcomes are only what the host said before.
    bool is_content_unreadable = false;
    std::optional<std::chrono::steady_clock::time_point> mail_began = {};
};

// What the dialogue says of the host itself goes into the memory of refusing hosts (ADR 15).
void learn_of_host(judge::RefusingHosts& hosts, const HostAddress& where, const Dialogue& dialogue);

class OutboundConnection {
  public:
    explicit OutboundConnection(Shard& shard) : shard_(shard) {}

    // `content` may be null for a message that ends at RCPT.
    boost::asio::awaitable<Dialogue> deliver(HostAddress where, smtp::TlsPolicy tls,
                                             smtp::ClientMessage message,
                                             spool::ContentPtr content);
    // A further message can go over this connection, if it is for the same host under the same
    // demand on TLS.
    bool is_ready() const { return is_ready_ && session_->may_deliver(); }
    // Says QUIT if there is somebody to say it to, and closes.
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
    // Demanded of the connection. One that went on without TLS after a failed handshake was made
    // under an opportunistic demand, and serves that one again.
    smtp::TlsPolicy tls_ = smtp::TlsPolicy::never;
    io::ClientDeadlines deadlines_;
    bool is_ready_ = false;
};

}  // namespace turnaway::relay
