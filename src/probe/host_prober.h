// HostProber: connects to addresses and drives check::HostProbe over each connection.
//
// A limited number at once; the others wait in order. A request for a host that is being probed, or
// that waits, gets the same result: for ten thousand domains at one provider, its host sees one
// connection at a time. Each step (the connection, each reply) ends by `step_wait`, however slowly
// the host sends. QUIT follows after the result is returned. TLS has one step_wait for all of its
// steps, so it never uses the time of others. One thread, the event loop's; outlives what it began.
// Known gap: TLS below 1.2 fails, and the older version of the host is not determined.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "check/host_probe.h"
#include "route/ip_address.h"

namespace turnaway::probe {

namespace asio = boost::asio;

class HostProber {
  public:
    using Done = std::function<void(const check::ProbeResult&)>;

    struct Settings {
        // The EHLO argument; empty: the local address of the connection, as a literal.
        std::string hello_name = {};
        std::chrono::milliseconds step_wait = std::chrono::seconds(10);
        std::size_t at_once_max = 64;
        bool names_recipient = false;  // continue to RCPT (check/host_probe.h)
    };

    HostProber(asio::io_context& context, Settings settings);
    HostProber(const HostProber&) = delete;
    HostProber& operator=(const HostProber&) = delete;
    ~HostProber();

    // `done` is called exactly once, later, unless the event loop ends first. `tls_host`: probe TLS
    // too, and expect the certificate of that host (a name or an address).
    void probe(const route::IpAddress& address, std::uint16_t port, Done done,
               std::optional<std::string> tls_host = std::nullopt);

  private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace turnaway::probe
