#include "spool/postgres/connection.h"

#include <charconv>
#include <cstring>
#include <limits>
#include <system_error>
#include <utility>

#include "spool/postgres/parameters.h"
#include "spool/postgres/refusal.h"
#include "spool/postgres/schema.h"

namespace turnaway::spool::postgres {
namespace {

// For a migration, which may wait for another, and whose commit may wait for a standby.
constexpr std::chrono::seconds migration_wait{60};

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
// off would cause and which takes longer than the statements; no wait for a lock without end; and
// none of the limits of an administrator that would end what we bound ourselves.
constexpr const char* session_settings =
    "SET search_path = turnaway; SET plan_cache_mode = force_generic_plan; "
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = "
    "off; "
    "SET statement_timeout = 0; SET idle_session_timeout = 0; "
    "SET default_transaction_isolation = 'read committed'; "
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
    : session_(std::move(session)), deadline_(answer_wait) {
    PQsetNoticeReceiver(session_.get(), take_notice, &was_wait_cancelled_);
}

Connection::~Connection() = default;

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
        return base::fail(base::Fault::unavailable,
                          "the database of the spool does not answer: " + words_of(session));
    };
    if (PQsetnonblocking(session, 1) != 0) return unavailable();
    const QueryResult set(ask_plainly(session, session_settings, deadline_.wait));
    if (PQresultStatus(set.get()) != PGRES_COMMAND_OK) return unavailable();
    if (auto known = check_version(); !known) return known;
    if (PQenterPipelineMode(session) != 1) return unavailable();
    was_wait_cancelled_ = false;
    deadline_.restart();
    for (const auto& [name, sql] : preparations()) {
        if (PQsendPrepare(session, name.c_str(), sql.c_str(), 0, nullptr) != 1) {
            return unavailable();
        }
    }
    if (PQpipelineSync(session) != 1) return unavailable();
    // Each has a result and an end of its results.
    for (std::size_t i = 0; i <= 2 * preparations().size(); ++i) {
        if (!wait_for_result()) return unavailable();
        const QueryResult result(PQgetResult(session));
        if (!result) continue;
        const auto status = PQresultStatus(result.get());
        if (status == PGRES_PIPELINE_SYNC) return {};
        if (status == PGRES_COMMAND_OK) continue;
        if (is_other_session(state_of(result.get()))) {
            return base::fail(base::Fault::config, std::string(pooler_words));
        }
        return base::fail(base::Fault::config,
                          "the tables of the spool are not usable: " + words_of(result.get()));
    }
    return unavailable();
}

base::Result<void> Connection::check_version() {
    constexpr const char* advice = "; run turnaway-relay --migrate-spool";
    const QueryResult result(
        ask_plainly(session_.get(), "SELECT version FROM schema_version", deadline_.wait));
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
    const auto run = [&session](const std::string& sql) -> base::Result<QueryResult> {
        auto result = ask_plainly(session->get(), sql, migration_wait);
        if (!result) {
            cancel(session->get());
            return base::fail(base::Fault::unavailable,
                              "the spool is not migrated: the database did not answer within " +
                                  std::to_string(migration_wait.count()) +
                                  " seconds; if its synchronous standby is away, start it, then "
                                  "run this again");
        }
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
    if (auto done = run("COMMIT"); !done) return std::unexpected(std::move(done.error()));
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

Ending Connection::lost() {
    std::string words = words_of(session_.get());
    if (deadline_.is_over()) {
        words = "it did not answer within " + std::to_string(deadline_.wait.count()) + " ms";
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
    deadline_.restart();
    for (const auto& statement : statements) {
        if (!send(statement)) return lost();
    }
    if (PQpipelineSync(session) != 1) return lost();
    Ending ending;
    for (const auto& statement : statements) {
        if (statement.on_row) PQsetSingleRowMode(session);
        for (;;) {
            if (!wait_for_result()) return lost();
            const QueryResult result(PQgetResult(session));
            if (!result) break;
            take(result.get(), statement, &ending);
            if (PQstatus(session) != CONNECTION_OK) return lost();
        }
    }
    if (!wait_for_result()) return lost();
    const QueryResult synced(PQgetResult(session));
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
