// Invariants of a request over the control socket, for any line:
// - it is read, or the fault is one printable sentence;
// - what was read never changes all messages unless it says so, and holds what its verb needs.
#include "relay/control/control_request.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace relay = turnaway::relay;
    using relay::ControlVerb;
    turnaway::fuzz::Input input(data, size);
    const auto request = relay::parse_control_request(input.text());
    if (!request) {
        TURNAWAY_CHECK(!request.error().empty() && request.error().size() < 400);
        TURNAWAY_CHECK(std::ranges::none_of(request.error(), turnaway::base::is_control));
        return 0;
    }
    const bool has_ids = !request->ids.empty();
    switch (request->verb) {
        case ControlVerb::hold:
        case ControlVerb::release:
        case ControlVerb::remove:
            TURNAWAY_CHECK(has_ids != request->is_all);
            TURNAWAY_CHECK(!has_ids || request->filter.is_empty());
            break;
        case ControlVerb::flush:
            TURNAWAY_CHECK(has_ids || request->is_all || !request->filter.domain.empty());
            break;
        case ControlVerb::forget:
            TURNAWAY_CHECK(request->is_all == request->host.empty());
            break;
        case ControlVerb::show:
            TURNAWAY_CHECK(has_ids);
            break;
        case ControlVerb::drain:
            TURNAWAY_CHECK(!request->is_all && !has_ids && !request->node.empty());
            break;
        case ControlVerb::export_content:
            TURNAWAY_CHECK(request->ids.size() == 1);
            break;
        case ControlVerb::list:
        case ControlVerb::summary:
        case ControlVerb::hosts:
        case ControlVerb::nodes:
            TURNAWAY_CHECK(!request->is_all);
            break;
    }
    TURNAWAY_CHECK(request->limit > 0 && request->limit <= relay::ControlRequest::lines_max);
    return 0;
}
