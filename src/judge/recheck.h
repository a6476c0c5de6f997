// Recheck: probes remembered refusing hosts again, so that a host that begins to accept mail is
// noticed within minutes.
//
// In the background, never while a client waits. The probe goes as far as RCPT for the host's
// postmaster, since the host may refuse there as well as in its greeting. A reply renews the
// evidence or ends it; silence and temporary failures change nothing. verdict/host_memory.h
// determines which hosts are due, `[verdict] ask_again` how soon.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>

#include "check/host_probe.h"
#include "judge/refusing_hosts.h"
#include "judge/rules.h"

namespace turnaway::judge {

// Runs until the event loop ends. `rules` returns the current ones; `hosts` outlives the loop.
void recheck_refusing_hosts(boost::asio::io_context& loop, RefusingHosts& hosts,
                            std::function<std::shared_ptr<const Rules>()> rules);

enum class RecheckFinding : std::uint8_t { refuses, refuses_no_more, unclear };
RecheckFinding finding_of(const check::ProbeResult& result);

}  // namespace turnaway::judge
