// Session: libpq's connection with PostgreSQL, and what every use of it needs: a wait that has a
// deadline, and the words of a failure in one line.
//
// ask_plainly() is for what is rare and has no prepared statements (migration, survey); the spool
// itself uses Connection, which is built on this. libpq's own PQexec() waits without end, for
// example in a commit whose synchronous standby is away, so nothing here calls it.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"

namespace turnaway::spool::postgres {

struct CloseSession {
    void operator()(PGconn* session) const { PQfinish(session); }
};
using Session = std::unique_ptr<PGconn, CloseSession>;

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using QueryResult = std::unique_ptr<PGresult, ClearResult>;

// When the other side must have done something, at the latest.
struct Deadline {
    explicit Deadline(std::chrono::milliseconds longest) : wait(longest) { restart(); }
    void restart() { at = std::chrono::steady_clock::now() + wait; }
    bool is_over() const { return std::chrono::steady_clock::now() >= at; }

    std::chrono::milliseconds wait;
    std::chrono::steady_clock::time_point at;
};

// Blocks for at most this long for each host of the address.
inline constexpr std::chrono::seconds connect_wait{2};

// Fault::unavailable, with the words of libpq.
[[nodiscard]] base::Result<Session> dial(const std::string& url);

// Until the next result can be taken without blocking. False: the deadline is over, or the session.
// A transfer that goes on restarts the deadline.
[[nodiscard]] bool wait_for_result(PGconn* session, Deadline* deadline);

// The last result of the statements in `sql`. Null when the deadline is over or the session is
// lost; then the session must not be used again.
[[nodiscard]] QueryResult ask_plainly(PGconn* session, const std::string& sql,
                                      std::chrono::milliseconds wait);

// Ends the statement that did not end in time: a server that waits for its standby does not notice
// that the session is over. Blocks as long as a connection takes; not for a daemon.
void cancel(PGconn* session);

// SQLSTATE; empty if there is none.
std::string state_of(const PGresult* result);
// Of a result, which may be null, or of the session.
std::string words_of(const PGresult* result);
std::string words_of(const PGconn* session);

}  // namespace turnaway::spool::postgres
