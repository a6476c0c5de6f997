// Recheck: asks hosts again that are remembered for refusing all mail, so that one that begins to
// accept mail is believed within minutes.
//
// In the background, never while a client waits. A host is asked as far as RCPT for its postmaster,
// since it may refuse there as well as in its greeting. What it says then is new evidence, or the
// end of the old; silence and temporary failures change nothing. verdict/host_memory.h says which
// hosts are due, `[verdict] ask_again` how soon.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>

#include "check/host_probe.h"
#include "judge/refusing_hosts.h"
#include "judge/rules.h"

namespace turnaway::judge {

// Goes on until the event loop ends. `rules` gives those of now; `hosts` outlives the loop.
void recheck_refusing_hosts(boost::asio::io_context& loop, RefusingHosts& hosts,
                            std::function<std::shared_ptr<const Rules>()> rules);

enum class RecheckFinding : std::uint8_t { refuses, refuses_no_more, unclear };
RecheckFinding finding_of(const check::ProbeResult& result);

}  // namespace turnaway::judge
