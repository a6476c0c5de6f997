#include "spool/postgres/survey.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "spool/postgres/connection.h"

namespace turnaway::spool::postgres {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int tries = 5;

struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;
using Session = std::unique_ptr<PGconn, decltype(&PQfinish)>;

class Surveyor {
  public:
    explicit Surveyor(Session session) : session_(std::move(session)) {}

    // The first column of the first row; nothing if it fails.
    std::optional<std::string> ask(const std::string& sql) {
        const Answer answer(PQexec(session_.get(), sql.c_str()));
        if (PQresultStatus(answer.get()) == PGRES_COMMAND_OK) return "";
        if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK) {
            const char* words = PQresultErrorField(answer.get(), PG_DIAG_MESSAGE_PRIMARY);
            fault_ = words == nullptr ? "the connection was lost" : words;
            return std::nullopt;
        }
        return PQntuples(answer.get()) == 0 ? "" : PQgetvalue(answer.get(), 0, 0);
    }
    std::string text(const std::string& sql) { return ask(sql).value_or(""); }
    std::int64_t number(const std::string& sql) {
        return std::strtoll(text(sql).c_str(), nullptr, 10);
    }
    std::string setting(const std::string& name) {
        return text("SELECT current_setting('" + name + "', true)");
    }
    std::vector<std::string> column(const std::string& sql) {
        std::vector<std::string> values;
        const Answer answer(PQexec(session_.get(), sql.c_str()));
        values.reserve(static_cast<std::size_t>(PQntuples(answer.get())));
        for (int row = 0; row < PQntuples(answer.get()); ++row) {
            values.emplace_back(PQgetvalue(answer.get(), row, 0));
        }
        return values;
    }
    // Nothing if one fails.
    std::optional<microseconds> best_time(const std::string& sql) {
        auto best = microseconds::max();
        for (int i = 0; i < tries; ++i) {
            const auto begun = Clock::now();
            if (!ask(sql)) return std::nullopt;
            best = std::min(best, duration_cast<microseconds>(Clock::now() - begun));
        }
        return best;
    }
    // The server's clock against the middle of the round trip.
    milliseconds clock_ahead() {
        const auto begun = std::chrono::system_clock::now();
        const auto server = number("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
        const auto ended = std::chrono::system_clock::now();
        const auto middle = begun + (ended - begun) / 2;
        return duration_cast<milliseconds>(middle.time_since_epoch()) - milliseconds(server);
    }
    const std::string& fault() const { return fault_; }

  private:
    Session session_;
    std::string fault_;
};

void survey_tables(Surveyor& server, Survey* found) {
    found->without_rights = server.column(
        "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'turnaway' AND c.relkind = 'r' AND NOT ("
        "has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT') AND "
        "has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE') AND "
        "(has_table_privilege(c.oid, 'TRUNCATE') OR c.relname !~ '^(message|content)_[0-7]$')) "
        "ORDER BY c.relname");
    const std::string of_ours = " FROM pg_stat_user_tables WHERE schemaname = 'turnaway'";
    found->live_rows = server.number("SELECT sum(n_live_tup)::bigint" + of_ours);
    found->dead_rows = server.number("SELECT sum(n_dead_tup)::bigint" + of_ours);
    found->bytes = server.number("SELECT sum(pg_total_relation_size(relid))::bigint" + of_ours);
    // Node 0 does not exist, so nobody sees the row.
    found->commit = server.best_time(
        "BEGIN; INSERT INTO turnaway.request (node, asker, line) VALUES (0, 'doctor', ''); "
        "DELETE FROM turnaway.request WHERE node = 0; COMMIT");
    if (!found->commit) found->commit_fault = server.fault();
}

}  // namespace

base::Result<Survey> survey_server(const std::string& url, std::chrono::seconds wait) {
    Survey found;
    if (const auto opened = Connection::open(url, wait); !opened) {
        if (opened.error().fault != base::Fault::config) return std::unexpected(opened.error());
        found.tables_fault = opened.error().message;
    }
    const std::string seconds = std::to_string(wait.count());
    const std::string options = "-c statement_timeout=" + seconds + "s";
    const char* const names[] = {"connect_timeout", "options", "dbname", nullptr};
    const char* const values[] = {seconds.c_str(), options.c_str(), url.c_str(), nullptr};
    Session session(PQconnectdbParams(names, values, 1), &PQfinish);
    if (PQstatus(session.get()) != CONNECTION_OK) {
        return base::fail(base::Fault::unavailable, "the database of the spool was lost");
    }
    found.version = PQserverVersion(session.get());
    Surveyor server(std::move(session));
    found.version_words = server.setting("server_version");
    found.has_fsync = server.setting("fsync") != "off";
    found.has_full_page_writes = server.setting("full_page_writes") != "off";
    found.synchronous_commit = server.setting("synchronous_commit");
    found.standby_names = server.setting("synchronous_standby_names");
    found.only_reads = server.setting("transaction_read_only") == "on";
    found.clock_ahead = server.clock_ahead();
    found.round_trip = server.best_time("SELECT 1").value_or(microseconds(0));
    if (found.tables_fault.empty()) survey_tables(server, &found);
    return found;
}

}  // namespace turnaway::spool::postgres
