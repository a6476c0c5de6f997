#include "spool/postgres/survey.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "spool/postgres/connection.h"
#include "spool/postgres/session.h"

namespace turnaway::spool::postgres {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int tries = 5;

// After an answer that does not come the session is over, and nothing is asked any more.
class Surveyor {
  public:
    Surveyor(Session session, std::chrono::seconds wait)
        : session_(std::move(session)), wait_(wait) {}

    // The first column of all rows; nothing if it fails.
    std::optional<std::vector<std::string>> column(const std::string& sql) {
        if (!session_) return std::nullopt;
        const auto answer = ask_plainly(session_.get(), sql, wait_);
        if (!answer) {
            fault_ = "it did not answer within " + std::to_string(wait_.count()) + " seconds";
            cancel(session_.get());
            session_.reset();
            return std::nullopt;
        }
        const auto status = PQresultStatus(answer.get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
            fault_ = words_of(answer.get());
            return std::nullopt;
        }
        std::vector<std::string> values;
        values.reserve(static_cast<std::size_t>(PQntuples(answer.get())));
        for (int row = 0; row < PQntuples(answer.get()); ++row) {
            values.emplace_back(PQgetvalue(answer.get(), row, 0));
        }
        return values;
    }
    std::string text(const std::string& sql) {
        const auto values = column(sql);
        return values && !values->empty() ? values->front() : "";
    }
    std::int64_t number(const std::string& sql) {
        return std::strtoll(text(sql).c_str(), nullptr, 10);
    }
    std::string setting(const std::string& name) {
        return text("SELECT current_setting('" + name + "', true)");
    }
    // Nothing if one fails.
    std::optional<microseconds> best_time(const std::string& sql) {
        auto best = microseconds::max();
        for (int i = 0; i < tries; ++i) {
            const auto begun = Clock::now();
            if (!column(sql)) return std::nullopt;
            best = std::min(best, duration_cast<microseconds>(Clock::now() - begun));
        }
        return best;
    }
    // The clock of this machine against the server's, in the middle of the round trip.
    milliseconds clock_ahead() {
        const auto begun = std::chrono::system_clock::now();
        const auto server = number("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
        const auto ended = std::chrono::system_clock::now();
        const auto middle = begun + (ended - begun) / 2;
        return duration_cast<milliseconds>(middle.time_since_epoch()) - milliseconds(server);
    }
    // Of the last question that failed; empty if none did.
    const std::string& fault() const { return fault_; }

  private:
    Session session_;
    const std::chrono::seconds wait_;
    std::string fault_;
};

void survey_tables(Surveyor& server, Survey* found) {
    const auto without_rights = server.column(
        "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'turnaway' AND c.relkind = 'r' AND NOT ("
        "has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT') AND "
        "has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE') AND "
        "(has_table_privilege(c.oid, 'TRUNCATE') OR c.relname !~ '^(message|content)_[0-7]$')) "
        "ORDER BY c.relname");
    found->without_rights = without_rights.value_or(std::vector<std::string>());
    const std::string of_ours = " FROM pg_stat_user_tables WHERE schemaname = 'turnaway'";
    found->live_rows = server.number("SELECT sum(n_live_tup)::bigint" + of_ours);
    found->dead_rows = server.number("SELECT sum(n_dead_tup)::bigint" + of_ours);
    found->bytes = server.number("SELECT sum(pg_total_relation_size(relid))::bigint" + of_ours);
}

// Node 0 does not exist, so no relay reads the row.
void survey_commit(Surveyor& server, Survey* found) {
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
    auto session = dial(url);
    if (!session) return std::unexpected(std::move(session.error()));
    found.version = PQserverVersion(session->get());
    Surveyor server(*std::move(session), wait);
    found.version_words = server.setting("server_version");
    found.has_fsync = server.setting("fsync") != "off";
    found.has_full_page_writes = server.setting("full_page_writes") != "off";
    found.synchronous_commit = server.setting("synchronous_commit");
    found.standby_names = server.setting("synchronous_standby_names");
    found.only_reads = server.setting("transaction_read_only") == "on";
    found.clock_ahead = server.clock_ahead();
    found.round_trip = server.best_time("SELECT 1").value_or(microseconds(0));
    if (found.tables_fault.empty()) survey_tables(server, &found);
    // What was not answered is not known to be right.
    if (!server.fault().empty()) {
        return base::fail(base::Fault::unavailable,
                          "the database cannot be looked at: " + server.fault());
    }
    if (found.tables_fault.empty() && !found.only_reads && found.without_rights.empty()) {
        survey_commit(server, &found);
    }
    return found;
}

}  // namespace turnaway::spool::postgres
