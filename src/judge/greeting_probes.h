// GreetingProbes: before RCPT is answered for hosts that nothing is known of, reads their greetings
// (`[verdict] probe_greeting`).
//
// Best host first, and no further than the first that does not say 521: then the recipient is
// accepted whatever the others say. A 521 that speaks of the host goes into the memory of refusing
// hosts, from which the answer is then drawn as always. Silence, a refused connection and any other
// greeting prove nothing, and a 220 does not end what is remembered: the host may refuse later. The
// deadline ends the wait of one RCPT and the probe itself, so that a later RCPT may find what this
// one did not wait for. One thread, the event loop's. DESIGN section 6, RFC 7504 section 3.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>

#include "io/dns/route_cache.h"
#include "judge/greeting_probe_table.h"
#include "judge/refusing_hosts.h"
#include "judge/rules.h"

namespace turnaway::judge {

namespace asio = boost::asio;

using io::RoutePtr;

class GreetingProbes {
  public:
    // All outlive the probes; the last two serve every event loop of the process.
    GreetingProbes(asio::io_context& loop, RefusingHosts& hosts, GreetingProbeTable& table)
        : loop_(loop), hosts_(hosts), table_(table) {}

    // `route` has hosts, which are dialled at `port`. Whether any of them was waited for: what is
    // known of them then is from just now.
    asio::awaitable<bool> read_greetings(ProbeRules rules, RoutePtr route, std::uint16_t port);

  private:
    struct Host;
    asio::awaitable<void> probe(Host host);
    asio::awaitable<bool> await_probe(std::size_t at_once_max, Host host);
    void conclude(const Host& host, verdict::GreetingFinding finding, const std::string& words);

    asio::io_context& loop_;
    RefusingHosts& hosts_;
    GreetingProbeTable& table_;
};

}  // namespace turnaway::judge
