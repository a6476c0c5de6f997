// Reason: why a message came back, in the words of data/reasons.csv, with what follows from it: how
// final it is, what it is about, who must act, and its name in other programs.
//
// A cause of codes/ is what a reply shows; a reason is what a sender does about it. Each cause has
// one reason (data/cause_categories.csv).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "codes/cause.h"

namespace turnaway::bounce {

enum class Permanence : std::uint8_t {
    none,  // not a failure
    unknown,
    permanent,    // for every message to this address
    message,      // for this message
    until_fixed,  // until somebody changes something
    transient,    // the same message may be accepted later
    given_up,     // temporary each time, until the sending server stopped trying
};
std::string_view name_of(Permanence permanence);

#include "bounce/reasons.inc"

constexpr const ReasonRow& row_of(Reason reason) {
    return reason_rows[static_cast<std::size_t>(reason)];
}
constexpr const CauseReason& reason_of(codes::Cause cause) {
    return cause_reasons[static_cast<std::size_t>(cause)];
}

}  // namespace turnaway::bounce
