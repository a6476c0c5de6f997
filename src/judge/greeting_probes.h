// GreetingProbes: reads the greetings of unknown hosts before RCPT is answered (`[verdict]
// probe_greeting`).
//
// Best host first, until one does not answer 521: then the recipient is accepted, whatever the
// other hosts would reply. A 521 about the host goes into the memory of refusing hosts, from which
// the verdict follows as usual. Silence, a refused connection or any other greeting proves nothing,
// and a 220 does not remove a remembered refusal: the host may refuse later. The deadline ends the
// wait of one RCPT and the probe itself; a later RCPT can use a result that came too late for this
// one. One thread, the event loop's. DESIGN section 6, RFC 7504 section 3.
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
    // All outlive the probes; the last two are shared by all event loops of the process.
    GreetingProbes(asio::io_context& loop, RefusingHosts& hosts, GreetingProbeTable& table)
        : loop_(loop), hosts_(hosts), table_(table) {}

    // `route` has hosts, which are dialled at `port`. Returns whether any of them was waited for,
    // so that the knowledge about it is current.
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
