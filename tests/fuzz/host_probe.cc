// Invariants of the session with a host, for any bytes in any pieces (the first byte is how long
// the pieces are, and how it ends when the bytes do):
// - it says EHLO, HELO, STARTTLS and QUIT and nothing else, each at most once (EHLO once more in
// TLS);
// - it comes to a decision, and after it the result does not change;
// - a refusal rests on a 5yz reply, acceptance on a 2yz one to EHLO or HELO.
#include "check/host_probe.h"

#include <algorithm>
#include <set>
#include <string>

#include "base/check.h"
#include "fuzz/input.h"

namespace {

using namespace turnaway::check;

constexpr Milliseconds now{1};

void send_what_it_says(HostProbe& probe, std::set<std::string>& said) {
    if (probe.action() != HostProbe::Action::send) return;
    const std::string line = probe.bytes_to_send();
    TURNAWAY_CHECK(line == "EHLO c.example\r\n" || line == "HELO c.example\r\n" ||
                   line == "STARTTLS\r\n" || line == "QUIT\r\n");
    TURNAWAY_CHECK(said.insert(line).second);
    probe.sent();
}

void check_result(const ProbeResult& result) {
    const ProbeStep* last = result.last_word();
    switch (result.end) {
        case ProbeEnd::accepts:
            TURNAWAY_CHECK(last != nullptr && last->code.is_positive());
            TURNAWAY_CHECK(result.stage == turnaway::codes::Stage::ehlo ||
                           result.stage == turnaway::codes::Stage::helo);
            break;
        case ProbeEnd::refuses_521:
        case ProbeEnd::refuses:
            TURNAWAY_CHECK(last != nullptr && last->code.is_permanent());
            TURNAWAY_CHECK((last->code.value() == 521) == (result.end == ProbeEnd::refuses_521));
            break;
        case ProbeEnd::temporary:
            TURNAWAY_CHECK(last != nullptr && last->code.is_temporary());
            break;
        case ProbeEnd::garbage:
        case ProbeEnd::closed:
        case ProbeEnd::timed_out:
            break;
        case ProbeEnd::not_reached:
        case ProbeEnd::no_way:
            TURNAWAY_CHECK(false);  // there was a connection
    }
    TURNAWAY_CHECK(result.steps.size() <= 3);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    turnaway::fuzz::Input input(data, size);
    const std::uint8_t shape = input.byte();
    const std::size_t piece_bytes = 1 + (shape & 63U);
    const bool inspects_tls = (shape & 128U) != 0;
    HostProbe probe("c.example",
                    inspects_tls ? HostProbe::Further::tls : HostProbe::Further::nothing);
    std::set<std::string> said;
    std::size_t steps_when_decided = 0;
    while (!input.is_empty()) {
        probe.received(input.text(piece_bytes), now);
        if (probe.action() == HostProbe::Action::start_tls) {
            TURNAWAY_CHECK(inspects_tls && said.erase("EHLO c.example\r\n") == 1);
            probe.tls_up({.version = "TLSv1.3"});
        }
        send_what_it_says(probe, said);
        if (!probe.is_decided()) continue;
        if (steps_when_decided == 0) steps_when_decided = 1 + probe.result().steps.size();
        TURNAWAY_CHECK(probe.result().steps.size() + 1 == steps_when_decided);
    }
    if ((shape & 64U) != 0) {
        probe.timed_out(now);
    } else {
        probe.closed(now);
    }
    TURNAWAY_CHECK(probe.action() == HostProbe::Action::close);
    check_result(probe.result());
    return 0;
}
