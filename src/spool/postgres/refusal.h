// Refusal: what an error of the server means for the spool, by its SQLSTATE (PostgreSQL's appendix
// A).
#pragma once

#include <string_view>

namespace turnaway::spool::postgres {

enum class Refusal {
    fenced,         // the fence of a transaction divided by zero: the epoch has moved on
    other_host,     // this server only reads: it is a standby by now
    other_session,  // a pooler gave us one that does not know our statements
    permanent,      // the statement or its data are wrong: a fault of this program
    passing,        // no space, no rights, shutting down, a lock: later, perhaps elsewhere
};

inline constexpr std::string_view pooler_words =
    "a pooler before the database of the spool changes sessions: set it to session mode (for "
    "pgbouncer, pool_mode = session)";

// Of a statement, or of its preparation.
constexpr bool is_other_session(std::string_view state) {
    return state == "26000" || state == "42P05";
}
constexpr bool is_lack_of_space(std::string_view state) {
    return state == "53100";
}

constexpr Refusal refusal_of(std::string_view state) {
    if (state == "22012") return Refusal::fenced;
    if (state == "25006") return Refusal::other_host;
    if (is_other_session(state)) return Refusal::other_session;
    // An administrator took the rights of the relay's user, and can give them back.
    if (state == "42501") return Refusal::passing;
    const auto group = state.substr(0, 2);
    if (group == "22" || group == "23" || group == "42") return Refusal::permanent;
    return Refusal::passing;
}

}  // namespace turnaway::spool::postgres
