#include "spool/postgres/connection.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include "spool/postgres/parameters.h"
#include "spool/postgres/schema.h"

namespace turnaway::spool::postgres {
namespace {

struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

// The words of libpq, which are several lines if there are several hosts, as one.
std::string in_one_line(const char* words) {
    std::string all = words == nullptr ? "" : words;
    while (all.ends_with('\n')) all.pop_back();
    std::ranges::replace(all, '\n', ';');
    return all.empty() ? "the connection was lost" : all;
}

std::string state_of(const PGresult* result) {
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state == nullptr ? "" : state;
}

std::string words_of(const PGresult* result) {
    const char* words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    return words == nullptr ? in_one_line(PQresultErrorMessage(result)) : words;
}

// One that is not a number is newer than any.
int version_of(std::string_view text) {
    int version = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), version);
    return read.ec == std::errc() ? version : std::numeric_limits<int>::max();
}

// The server commits in spite of a cancelled wait for its standby, and only warns. The words are
// translated, so every warning at a commit counts; ordinary statements of ours cause none.
void take_notice(void* was_wait_cancelled, const PGresult* notice) {
    const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity != nullptr && std::strcmp(severity, "WARNING") == 0) {
        *static_cast<bool*>(was_wait_cancelled) = true;
    }
}

// For each session: our tables only; an index whenever there is one, because a plan made while a
// table is empty is used when it is full; no compiling of plans, which the high costs of what is
// off would cause and which takes longer than the statements; and no wait for a lock without end.
constexpr const char* session_settings =
    "SET search_path = turnaway; SET plan_cache_mode = force_generic_plan; "
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = "
    "off; "
    "SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'; "
    "SET client_min_messages = warning";

}  // namespace

std::string_view Row::bytes(int column) const {
    return {PQgetvalue(result_, row_, column),
            static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

std::int64_t Row::number(int column) const {
    return read_network(bytes(column));
}

Connection::Connection(Session session, std::chrono::milliseconds answer_wait)
    : session_(std::move(session)), answer_wait_(answer_wait) {
    PQsetNoticeReceiver(session_.get(), take_notice, &was_wait_cancelled_);
}

Connection::~Connection() = default;

// With connect_timeout, so that each host of the list gets its turn.
base::Result<Connection::Session> Connection::dial(const std::string& url) {
    const std::string wait = std::to_string(connect_wait.count());
    // Those before `dbname` are defaults: the address may say otherwise.
    const char* const names[] = {"connect_timeout", "tcp_user_timeout",          "keepalives_idle",
                                 "dbname",          "fallback_application_name", nullptr};
    const char* const values[] = {wait.c_str(), "8000",           "5",
                                  url.c_str(),  "turnaway-relay", nullptr};
    Session session(PQconnectdbParams(names, values, 1));
    if (!session) return base::fail(base::Fault::system, "there is no memory for a connection");
    if (PQstatus(session.get()) == CONNECTION_OK) return session;
    return base::fail(base::Fault::unavailable, "the database of the spool cannot be reached: " +
                                                    in_one_line(PQerrorMessage(session.get())));
}

base::Result<std::unique_ptr<Connection>> Connection::open(const std::string& url,
                                                           std::chrono::milliseconds answer_wait) {
    auto session = dial(url);
    if (!session) return std::unexpected(std::move(session.error()));
    auto opened = std::unique_ptr<Connection>(new Connection(*std::move(session), answer_wait));
    if (auto begun = opened->begin(); !begun) return std::unexpected(std::move(begun.error()));
    return opened;
}

base::Result<void> Connection::begin() {
    PGconn* const session = session_.get();
    const auto unavailable = [session] {
        return base::fail(base::Fault::unavailable, "the database of the spool does not answer: " +
                                                        in_one_line(PQerrorMessage(session)));
    };
    if (PQsetnonblocking(session, 1) != 0) return unavailable();
    const Result set(ask_plainly(session_settings));
    if (PQresultStatus(set.get()) != PGRES_COMMAND_OK) return unavailable();
    if (auto known = check_version(); !known) return known;
    if (PQenterPipelineMode(session) != 1) return unavailable();
    was_wait_cancelled_ = false;
    deadline_ = Clock::now() + answer_wait_;
    for (const auto& [name, sql] : preparations()) {
        if (PQsendPrepare(session, name.c_str(), sql.c_str(), 0, nullptr) != 1) {
            return unavailable();
        }
    }
    if (PQpipelineSync(session) != 1) return unavailable();
    // Each has a result and an end of its results.
    for (std::size_t i = 0; i <= 2 * preparations().size(); ++i) {
        if (!wait_for_result()) return unavailable();
        const Result result(PQgetResult(session));
        if (!result) continue;
        const auto status = PQresultStatus(result.get());
        if (status == PGRES_PIPELINE_SYNC) return {};
        if (status == PGRES_COMMAND_OK) continue;
        return base::fail(base::Fault::config,
                          "the tables of the spool are not usable: " + words_of(result.get()));
    }
    return unavailable();
}

// The last result of it; null after the deadline.
PGresult* Connection::ask_plainly(const char* sql) {
    deadline_ = Clock::now() + answer_wait_;
    if (PQsendQuery(session_.get(), sql) != 1) return nullptr;
    Result last;
    while (wait_for_result()) {
        Result next(PQgetResult(session_.get()));
        if (!next) return last.release();
        last = std::move(next);
    }
    return nullptr;
}

base::Result<void> Connection::check_version() {
    constexpr const char* advice = "; run turnaway-relay --migrate-spool";
    const Result result(ask_plainly("SELECT version FROM schema_version"));
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK || PQntuples(result.get()) != 1) {
        const std::string state = state_of(result.get());
        if (state == "42P01" || state == "3F000") {
            return base::fail(base::Fault::config,
                              std::string("the database has no tables of a spool") + advice);
        }
        return base::fail(base::Fault::unavailable,
                          "the version of the spool cannot be read: " + words_of(result.get()));
    }
    const std::string version = PQgetvalue(result.get(), 0, 0);
    if (version == std::to_string(schema_version)) return {};
    const bool is_older = version_of(version) < schema_version;
    return base::fail(base::Fault::config,
                      "the spool in the database has version " + version +
                          ", and this program needs version " + std::to_string(schema_version) +
                          (is_older ? ": stop all relays that use it, and run turnaway-relay "
                                      "--migrate-spool"
                                    : ": install the newer turnaway"));
}

base::Result<std::string> Connection::migrate(const std::string& url) {
    auto session = dial(url);
    if (!session) return std::unexpected(std::move(session.error()));
    const auto run = [&session](const std::string& sql) -> base::Result<Result> {
        Result result(PQexec(session->get(), sql.c_str()));
        const auto status = PQresultStatus(result.get());
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
        return base::fail(base::Fault::unavailable,
                          "the spool cannot be migrated: " + words_of(result.get()));
    };
    // The lock keeps a second migration waiting until this one is committed.
    for (const char* sql : {"SET client_min_messages = warning", "BEGIN",
                            "SELECT pg_advisory_xact_lock(1953980793)"}) {
        if (auto done = run(sql); !done) return std::unexpected(std::move(done.error()));
    }
    auto known = run("SELECT to_regclass('turnaway.schema_version') IS NOT NULL");
    if (!known) return std::unexpected(std::move(known.error()));
    int found = 0;
    if (std::strcmp(PQgetvalue(known->get(), 0, 0), "t") == 0) {
        auto version = run("SELECT version FROM turnaway.schema_version");
        if (!version) return std::unexpected(std::move(version.error()));
        found = version_of(PQgetvalue(version->get(), 0, 0));
    }
    const std::string wanted = std::to_string(schema_version);
    if (found == schema_version) return "the spool already has version " + wanted;
    if (found > schema_version) {
        return base::fail(base::Fault::config, "the spool in the database has version " +
                                                   std::to_string(found) +
                                                   ", and this program knows version " + wanted +
                                                   " and older ones: install the newer turnaway");
    }
    if (found > 0) {
        auto alive = run("SELECT name FROM turnaway.node WHERE lease >= clock_timestamp() LIMIT 1");
        if (!alive) return std::unexpected(std::move(alive.error()));
        if (PQntuples(alive->get()) > 0) {
            return base::fail(base::Fault::unavailable,
                              "the relay " + std::string(PQgetvalue(alive->get(), 0, 0)) +
                                  " uses the spool: stop all relays first");
        }
    }
    for (const auto& sql : upgrade_statements(found)) {
        if (auto done = run(sql); !done) return std::unexpected(std::move(done.error()));
    }
    auto committed = run("COMMIT");
    if (!committed) return std::unexpected(std::move(committed.error()));
    if (found == 0) return "the tables of the spool were made, version " + wanted;
    return "the tables of the spool were brought from version " + std::to_string(found) +
           " to version " + wanted;
}

bool Connection::send(const Statement& statement) {
    std::vector<const char*> values;
    std::vector<int> lengths;
    const std::vector<int> formats(statement.values.size(), 1);
    for (const auto& value : statement.values) {
        values.push_back(value.data());
        lengths.push_back(static_cast<int>(value.size()));
    }
    return PQsendQueryPrepared(session_.get(), statement.name.c_str(),
                               static_cast<int>(values.size()), values.data(), lengths.data(),
                               formats.data(), 1) == 1;
}

// Reads while it writes: a server that cannot send its results reads nothing more.
bool Connection::wait_for_result() {
    PGconn* const session = session_.get();
    for (;;) {
        const int unsent = PQflush(session);
        if (unsent < 0) return false;
        if (PQisBusy(session) == 0) return true;
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
        if (left.count() <= 0) return false;
        pollfd at{.fd = PQsocket(session),
                  .events = static_cast<short>(unsent == 1 ? POLLIN | POLLOUT : POLLIN),
                  .revents = 0};
        const int ready = ::poll(&at, 1, static_cast<int>(std::min<long>(left.count(), 1000)));
        if (ready < 0 && errno != EINTR) return false;
        if (ready > 0 && (at.revents & ~POLLOUT) != 0 && PQconsumeInput(session) != 1) {
            return false;
        }
        // A large transfer that goes on is not late.
        if (ready > 0) deadline_ = Clock::now() + answer_wait_;
    }
}

Ending Connection::lost() {
    std::string words = in_one_line(PQerrorMessage(session_.get()));
    if (Clock::now() >= deadline_) {
        words = "it did not answer within " + std::to_string(answer_wait_.count()) + " ms";
    }
    Ending ending{.kind = Ending::Kind::unclear, .words = std::move(words)};
    session_.reset();
    return ending;
}

void Connection::take(const PGresult* result, const Statement& statement, Ending* ending) {
    switch (PQresultStatus(result)) {
        case PGRES_TUPLES_OK:
        case PGRES_SINGLE_TUPLE:
            if (!statement.on_row) return;
            for (int row = 0; row < PQntuples(result); ++row) statement.on_row(Row(result, row));
            return;
        case PGRES_COMMAND_OK:
            // A transaction that has failed answers COMMIT so.
            if (statement.name == "commit" &&
                std::strcmp(PQcmdStatus(const_cast<PGresult*>(result)), "COMMIT") != 0) {
                *ending = {.kind = Ending::Kind::refused,
                           .words = "the transaction was rolled back"};
            }
            return;
        case PGRES_PIPELINE_ABORTED:
            return;
        default:
            if (ending->kind == Ending::Kind::done) {
                *ending = {.kind = Ending::Kind::refused,
                           .state = state_of(result),
                           .words = words_of(result)};
            }
    }
}

Ending Connection::run(const std::vector<Statement>& statements) {
    if (!session_) return {.kind = Ending::Kind::unclear, .words = "the connection was lost"};
    PGconn* const session = session_.get();
    was_wait_cancelled_ = false;
    deadline_ = Clock::now() + answer_wait_;
    for (const auto& statement : statements) {
        if (!send(statement)) return lost();
    }
    if (PQpipelineSync(session) != 1) return lost();
    Ending ending;
    for (const auto& statement : statements) {
        if (statement.on_row) PQsetSingleRowMode(session);
        for (;;) {
            if (!wait_for_result()) return lost();
            const Result result(PQgetResult(session));
            if (!result) break;
            take(result.get(), statement, &ending);
            if (PQstatus(session) != CONNECTION_OK) return lost();
        }
    }
    if (!wait_for_result()) return lost();
    const Result synced(PQgetResult(session));
    if (PQstatus(session) != CONNECTION_OK || !synced ||
        PQresultStatus(synced.get()) != PGRES_PIPELINE_SYNC) {
        return lost();
    }
    if (was_wait_cancelled_) {
        auto unclear = lost();
        unclear.words = "a wait for the synchronous standby was cancelled";
        return unclear;
    }
    return ending;
}

Ending Connection::transact(std::vector<Statement> statements) {
    statements.insert(statements.begin(), {.name = "begin"});
    statements.push_back({.name = "commit"});
    auto ending = run(statements);
    if (ending.kind != Ending::Kind::refused ||
        PQtransactionStatus(session_.get()) == PQTRANS_IDLE) {
        return ending;
    }
    // What has failed is over, whether the server hears of it or not.
    const auto rolled_back = run({{.name = "rollback"}});
    if (rolled_back.kind != Ending::Kind::done) session_.reset();
    return ending;
}

Ending Connection::ask(Statement statement) {
    std::vector<Statement> one;
    one.push_back(std::move(statement));
    return run(one);
}

}  // namespace turnaway::spool::postgres
