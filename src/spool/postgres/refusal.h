// Refusal: what an error of the server means for the spool, by its SQLSTATE (PostgreSQL's appendix
// A).
#pragma once

#include <string_view>

namespace turnaway::spool::postgres {

enum class Refusal {
    fenced,      // the fence of a transaction divided by zero: the epoch has moved on
    other_host,  // this server only reads: it is a standby by now
    permanent,   // the statement or its data are wrong: a fault of this program
    passing,     // no space, shutting down, a lock: later, perhaps elsewhere
};

constexpr Refusal refusal_of(std::string_view state) {
    if (state == "22012") return Refusal::fenced;
    if (state == "25006") return Refusal::other_host;
    const auto group = state.substr(0, 2);
    if (group == "22" || group == "23" || group == "42") return Refusal::permanent;
    return Refusal::passing;
}

}  // namespace turnaway::spool::postgres
