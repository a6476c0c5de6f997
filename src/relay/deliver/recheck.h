// Recheck: asks hosts again that are remembered for refusing all mail, so that one that begins to
// take mail is believed within minutes.
//
// In the background, never while a client waits. A host is asked as far as RCPT for its postmaster,
// since it may refuse there as well as in its greeting. What it says then is new evidence, or the
// end of the old; silence and temporary failures change nothing. verdict/host_memory.h says which
// hosts are due, `[verdict] ask_again` how soon. Ends with the event loop of its shard.
#pragma once

#include <cstdint>

#include "check/host_probe.h"

namespace turnaway::relay {

class Shard;

void ask_refusing_hosts_again(Shard& shard);

enum class RecheckFinding : std::uint8_t { refuses, refuses_no_more, unclear };
RecheckFinding finding_of(const check::ProbeResult& result);

}  // namespace turnaway::relay
