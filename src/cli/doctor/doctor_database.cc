// Checks whether it keeps what it confirms, answers fast, and has what the relay needs.
#include "cli/doctor/doctor_database.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "cli/doctor/doctor_context.h"
#include "spool/postgres/survey.h"

namespace turnaway::cli {
namespace {

using spool::postgres::Survey;
using std::chrono::microseconds;

constexpr const char* manual = "See /usr/share/doc/turnaway/docs/cluster.md.";
constexpr std::int64_t version_min = 150000;
constexpr microseconds round_trip_max{20'000};
constexpr microseconds commit_max{100'000};
// The relays' clocks may differ by two minutes, and each may differ from the server's.
constexpr std::chrono::seconds clock_wrong{60};
constexpr std::chrono::seconds clock_odd{5};
constexpr std::int64_t dead_rows_max = 1'000'000;

std::string milliseconds_text(microseconds time) {
    return fmt::format("{:.1f} ms", static_cast<double>(time.count()) / 1000);
}

void check_settings(const Survey& server, DoctorFindings& findings) {
    if (server.version < version_min) {
        findings.problem("The database is PostgreSQL " + server.version_words + ".",
                         "Use version 15 or later.");
    }
    if (!server.has_fsync) {
        findings.problem(
            "The database has fsync off: it can lose or damage the queue when its "
            "machine fails.",
            "Set fsync = on in postgresql.conf and restart the database.");
    }
    if (!server.has_full_page_writes) {
        findings.warning(
            "The database has full_page_writes off: a power failure can damage it, "
            "unless its file system writes pages as a whole.",
            "Set full_page_writes = on in postgresql.conf and reload the database.");
    }
    const std::string& commit = server.synchronous_commit;
    if (commit == "off") {
        findings.problem(
            "The database has synchronous_commit off: mail that was answered with "
            "250 can be lost.",
            "Set synchronous_commit = on, also for the user of the relay (ALTER ROLE "
            "... RESET synchronous_commit).");
    } else if (commit == "local" && !server.standby_names.empty()) {
        findings.warning(
            "The database has synchronous_commit = local: it does not wait for its "
            "standby, so mail that was answered with 250 can be lost with the server.",
            "Set synchronous_commit = on.");
    }
}

// A commit that succeeds was confirmed by a standby, if there must be one.
void check_commit(const Survey& server, DoctorFindings& findings) {
    if (!server.commit) {
        const bool waits = !server.standby_names.empty();
        findings.problem(
            "The database does not commit: " + server.commit_fault + '.',
            waits ? "If its synchronous standby is away, start it, or remove it from "
                    "synchronous_standby_names; until then all mail is answered with 451."
                  : manual);
        return;
    }
    if (server.standby_names.empty()) {
        findings.warning(
            "The database has no synchronous standby: what it has is lost with its "
            "disk.",
            std::string("Add one (synchronous_standby_names), unless its storage is "
                        "replicated in another way. ") +
                manual);
    }
    const std::string times =
        fmt::format("a round trip takes {}, a commit {}", milliseconds_text(server.round_trip),
                    milliseconds_text(*server.commit));
    if (server.round_trip > round_trip_max || *server.commit > commit_max) {
        findings.warning("The database is slow: " + times + ", and each message waits for one.",
                         "Move it nearer to the relays, or give it faster disks.");
    } else {
        findings.ok("The database answers fast enough: " + times + '.');
    }
}

void check_clocks(const Survey& server, DoctorFindings& findings) {
    const auto ahead = server.clock_ahead;
    const auto apart = std::chrono::abs(ahead);
    if (apart < clock_odd) return;
    const std::string words =
        fmt::format("The clock of this machine is {} seconds {} that of the database.",
                    std::chrono::duration_cast<std::chrono::seconds>(apart).count(),
                    ahead.count() > 0 ? "ahead of" : "behind");
    const std::string fix =
        "Set both by NTP: the clocks of the relays must agree within two minutes.";
    apart >= clock_wrong ? findings.problem(words, fix) : findings.warning(words, fix);
}

void check_tables(const Survey& server, DoctorFindings& findings) {
    if (!server.without_rights.empty()) {
        std::string names;
        for (const auto& name : server.without_rights) names += (names.empty() ? "" : ", ") + name;
        findings.problem(
            "The user of the relay lacks rights on tables of the queue: " + names + '.',
            "Make it the owner of the schema turnaway and its tables, or GRANT ALL.");
    }
    const bool is_bloated =
        server.dead_rows > dead_rows_max && server.dead_rows > 10 * server.live_rows;
    if (!is_bloated) return;
    findings.warning(
        fmt::format("The tables of the queue have {} dead rows and {} live ones ({} MB).",
                    server.dead_rows, server.live_rows, server.bytes / 1'000'000),
        "Look for a transaction that stays open (SELECT pid, xact_start, query FROM "
        "pg_stat_activity ORDER BY xact_start), and leave autovacuum on.");
}

}  // namespace

void check_database(const std::string& address, DoctorFindings& findings) {
    const auto server = spool::postgres::survey_server(address, doctor_wait_max);
    if (!server) {
        findings.problem("The queue cannot be used: " + server.error().message + '.', manual);
        return;
    }
    check_settings(*server, findings);
    check_clocks(*server, findings);
    if (server->only_reads) {
        findings.problem("The database only reads: it is a standby.",
                         "Add target_session_attrs=read-write to the address, and list all servers "
                         "in it.");
        return;
    }
    if (!server->tables_fault.empty()) {
        findings.problem("The queue cannot be used: " + server->tables_fault + '.', manual);
        return;
    }
    check_tables(*server, findings);
    if (server->without_rights.empty()) check_commit(*server, findings);
}

}  // namespace turnaway::cli
