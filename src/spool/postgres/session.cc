#include "spool/postgres/session.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

namespace turnaway::spool::postgres {
namespace {

// The words of libpq, which are several lines if there are several hosts, as one.
std::string in_one_line(const char* words) {
    std::string all;
    for (const char* at = words == nullptr ? "" : words; *at != '\0'; ++at) {
        if (*at == '\t') continue;
        all += *at == '\n' ? std::string_view("; ") : std::string_view(at, 1);
    }
    while (all.ends_with("; ")) all.resize(all.size() - 2);
    return all.empty() ? "the connection was lost" : all;
}

}  // namespace

std::string state_of(const PGresult* result) {
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state == nullptr ? "" : state;
}

std::string words_of(const PGresult* result) {
    const char* words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    return words == nullptr ? in_one_line(PQresultErrorMessage(result)) : words;
}

std::string words_of(const PGconn* session) {
    return in_one_line(PQerrorMessage(session));
}

// With connect_timeout, so that each host of the list gets its turn.
base::Result<Session> dial(const std::string& url) {
    const std::string wait = std::to_string(connect_wait.count());
    // Those before `dbname` are defaults: the address may say otherwise.
    const char* const names[] = {"connect_timeout", "tcp_user_timeout",          "keepalives_idle",
                                 "dbname",          "fallback_application_name", nullptr};
    const char* const values[] = {wait.c_str(), "8000",           "5",
                                  url.c_str(),  "turnaway-relay", nullptr};
    Session session(PQconnectdbParams(names, values, 1));
    if (!session) return base::fail(base::Fault::system, "there is no memory for a connection");
    if (PQstatus(session.get()) == CONNECTION_OK) return session;
    return base::fail(base::Fault::unavailable,
                      "the database of the spool cannot be reached: " + words_of(session.get()));
}

// Reads while it writes: a server that cannot send its results reads nothing more.
bool wait_for_result(PGconn* session, Deadline* deadline) {
    for (;;) {
        const int unsent = PQflush(session);
        if (unsent < 0) return false;
        if (PQisBusy(session) == 0) return true;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline->at - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd at{.fd = PQsocket(session),
                  .events = static_cast<short>(unsent == 1 ? POLLIN | POLLOUT : POLLIN),
                  .revents = 0};
        const int ready = ::poll(&at, 1, static_cast<int>(std::min<long>(left.count(), 1000)));
        if (ready < 0 && errno != EINTR) return false;
        if (ready > 0 && (at.revents & ~POLLOUT) != 0 && PQconsumeInput(session) != 1) {
            return false;
        }
        if (ready > 0) deadline->restart();
    }
}

void cancel(PGconn* session) {
    const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> request(PQgetCancel(session),
                                                                     &PQfreeCancel);
    std::array<char, 256> words{};
    if (request) PQcancel(request.get(), words.data(), words.size());
}

QueryResult ask_plainly(PGconn* session, const std::string& sql, std::chrono::milliseconds wait) {
    Deadline deadline(wait);
    if (PQsendQuery(session, sql.c_str()) != 1) return nullptr;
    QueryResult last;
    while (wait_for_result(session, &deadline)) {
        QueryResult next(PQgetResult(session));
        if (!next) return last;
        last = std::move(next);
    }
    return nullptr;
}

}  // namespace turnaway::spool::postgres
