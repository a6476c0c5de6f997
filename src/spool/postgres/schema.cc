#include "spool/postgres/schema.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>

#include "spool/postgres/slices.h"

namespace turnaway::spool::postgres {
namespace {

// `@` stands for the part: a slice or "old".
std::string for_part(std::string_view sql, unsigned part) {
    std::string out;
    for (const char c : sql) {
        if (c == '@') {
            out += part_names.at(part);
        } else {
            out += c;
        }
    }
    return out;
}

struct Statement {
    const char* name;
    const char* sql;
};

// $1 and $2 of the fence are the id and the epoch of a node. The division ends the transaction when
// the row has another epoch or is gone. Rows of `epoch` are locked before those of `node`.
constexpr Statement whole_statements[] = {
    {"begin", "BEGIN"},
    {"commit", "COMMIT"},
    {"rollback", "ROLLBACK"},
    {"fence",
     "SELECT 1 / count(*) FROM (SELECT 1 FROM epoch WHERE node = $1::bigint AND "
     "epoch = $2::bigint FOR SHARE) AS mine"},

    {"enter_again",
     "UPDATE node SET holder = $3::bigint, "
     "lease = clock_timestamp() + $2::bigint * interval '1 ms', "
     "version = convert_from($4::bytea, 'UTF8'), since = clock_timestamp(), deliveries = 0, "
     "drains = 0 "
     "WHERE name = convert_from($1::bytea, 'UTF8') "
     "AND (lease < clock_timestamp() OR holder = $3::bigint) "
     "RETURNING id, slot"},
    {"enter_new",
     "INSERT INTO node (name, holder, slot, lease, version) "
     "SELECT convert_from($1::bytea, 'UTF8'), $3::bigint, "
     "min(free), clock_timestamp() + $2::bigint * interval '1 ms', "
     "convert_from($5::bytea, 'UTF8') "
     "FROM generate_series(0::bigint, $4::bigint - 1) AS free "
     "WHERE free NOT IN (SELECT slot FROM node) HAVING min(free) IS NOT NULL "
     "ON CONFLICT DO NOTHING RETURNING id, slot"},
    {"first_epoch",
     "INSERT INTO epoch (node, epoch) SELECT id, 1 FROM node "
     "WHERE name = convert_from($1::bytea, 'UTF8') AND holder = $2::bigint RETURNING epoch"},
    {"next_epoch",
     "UPDATE epoch SET epoch = epoch + 1 WHERE node = (SELECT id FROM node "
     "WHERE name = convert_from($1::bytea, 'UTF8') AND holder = $2::bigint) RETURNING epoch"},
    {"is_entered", "SELECT 1::bigint FROM node WHERE name = convert_from($1::bytea, 'UTF8')"},
    {"beat",
     "UPDATE node SET lease = clock_timestamp() + $3::bigint * interval '1 ms', "
     "deliveries = $4::bigint "
     "WHERE id = $1::bigint AND holder = $2::bigint RETURNING drains"},
    {"leave", "UPDATE node SET lease = '-infinity' WHERE id = $1::bigint AND holder = $2::bigint"},

    {"dead",
     "SELECT id FROM node WHERE lease < clock_timestamp() AND id <> $1::bigint ORDER BY id"},
    {"hold_name",
     "SELECT 1::bigint FROM epoch WHERE node = (SELECT id FROM node "
     "WHERE name = convert_from($1::bytea, 'UTF8')) FOR UPDATE"},
    {"hold_epoch", "SELECT 1::bigint FROM epoch WHERE node = $1::bigint FOR UPDATE"},
    {"fence_dead",
     "UPDATE node SET holder = 0, lease = '-infinity' "
     "WHERE id = $1::bigint AND lease < clock_timestamp()"},
    {"raise_dead",
     "UPDATE epoch SET epoch = epoch + 1 WHERE node = $1::bigint AND "
     "EXISTS (SELECT 1 FROM node WHERE id = $1::bigint AND lease = '-infinity')"},
    {"hold_dead",
     "SELECT 1 / count(*) FROM (SELECT 1 FROM node WHERE id = $1::bigint AND "
     "lease = '-infinity' FOR UPDATE) AS dead"},
    {"bury",
     "DELETE FROM node WHERE id = $1::bigint AND lease = '-infinity' AND "
     "NOT EXISTS (SELECT 1 FROM message WHERE owner = $1::bigint)"},
    {"bury_epoch",
     "DELETE FROM epoch WHERE node = $1::bigint AND "
     "NOT EXISTS (SELECT 1 FROM node WHERE id = $1::bigint)"},
    {"heirless",
     "SELECT id FROM message WHERE owner = $1::bigint ORDER BY due, id LIMIT $2::bigint"},
    {"owned",
     "SELECT id, envelope, states FROM message "
     "WHERE id = ANY($1::bigint[]) AND owner = $2::bigint"},

    {"scan", "SELECT id, envelope, states FROM message WHERE owner = $1::bigint ORDER BY id"},
    {"list",
     "SELECT id, envelope, states FROM message WHERE id > $1::bigint AND owner = $3::bigint "
     "ORDER BY id LIMIT $2::bigint"},
    {"present", "SELECT id FROM message WHERE id = $1::bigint"},

    // Of all relays (postgres_cluster.h).
    {"all_nodes",
     "SELECT convert_to(n.name, 'UTF8'), convert_to(n.version, 'UTF8'), "
     "CASE WHEN n.lease < clock_timestamp() THEN 0 "
     "ELSE ceil(extract(epoch FROM n.lease - clock_timestamp()))::bigint END, "
     "floor(extract(epoch FROM n.since))::bigint, coalesce(m.messages, 0), coalesce(m.due, 0), "
     "n.deliveries, n.drains FROM node AS n LEFT JOIN (SELECT owner, count(*) AS messages, "
     "count(*) FILTER (WHERE due <= extract(epoch FROM clock_timestamp())::bigint) AS due "
     "FROM message GROUP BY owner) AS m ON m.owner = n.id ORDER BY n.name"},
    {"list_all",
     "SELECT m.id, m.envelope, m.states, convert_to(n.name, 'UTF8') "
     "FROM message AS m LEFT JOIN node AS n ON n.id = m.owner "
     "WHERE m.id > $1::bigint AND ($3::bytea = '' OR n.name = convert_from($3::bytea, 'UTF8')) "
     "ORDER BY m.id LIMIT $2::bigint"},
    {"owners",
     "SELECT m.id, convert_to(n.name, 'UTF8'), m.owner FROM message AS m "
     "LEFT JOIN node AS n ON n.id = m.owner WHERE m.id = ANY($1::bigint[])"},
    {"drain",
     "UPDATE node SET drains = $2::bigint WHERE name = convert_from($1::bytea, 'UTF8') "
     "RETURNING id"},
    {"request",
     "INSERT INTO request (node, asker, line) "
     "SELECT id, convert_from($2::bytea, 'UTF8'), $3::bytea FROM node "
     "WHERE name = convert_from($1::bytea, 'UTF8') AND lease >= clock_timestamp() RETURNING id"},
    {"take_requests",
     "DELETE FROM request WHERE node = $1::bigint "
     "RETURNING id, convert_to(asker, 'UTF8'), line"},
    {"withdraw", "DELETE FROM request WHERE id = $1::bigint RETURNING id"},
    {"answer",
     "INSERT INTO answer (request, piece, is_last, lines) "
     "VALUES ($1::bigint, $2::bigint, $3::bigint, $4::bytea)"},
    {"take_answer",
     "DELETE FROM answer WHERE request = $1::bigint AND piece = $2::bigint "
     "RETURNING is_last, lines"},
    {"forget_requests", "DELETE FROM request WHERE made < clock_timestamp() - interval '10 min'"},
    {"forget_answers", "DELETE FROM answer WHERE made < clock_timestamp() - interval '10 min'"},

    // Of a move from a spool on disk (moving.h).
    {"mark",
     "INSERT INTO moved (source, id) SELECT $1::bytea, id FROM unnest($2::bigint[]) AS new (id)"},
    {"marked", "SELECT id FROM moved WHERE source = $1::bytea AND id = ANY($2::bigint[])"},
    {"unmark", "DELETE FROM moved WHERE source = $1::bytea"},
    {"taken", "SELECT id FROM message WHERE id = ANY($1::bigint[])"},

    {"nodes",
     "SELECT id, news, lease > clock_timestamp(), "
     "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint, "
     "CASE WHEN lease = '-infinity' THEN 0 ELSE (extract(epoch FROM lease) * 1000000)::bigint END "
     "FROM node"},
    {"news", "UPDATE node SET news = news + 1 WHERE id = $1::bigint"},
    {"hosts",
     "SELECT address, host, seen, words FROM refusing_host ORDER BY seen DESC LIMIT $1::bigint"},
    {"resting",
     "SELECT address, until, length FROM resting_host ORDER BY until DESC LIMIT $1::bigint"},
    // All rows in the order in which others lock them, one by one.
    {"remember",
     "INSERT INTO refusing_host (address, host, seen, words) "
     "VALUES ($1::bytea, $2::bytea, $3::bigint, $4::bytea) ON CONFLICT (address) DO UPDATE SET "
     "host = excluded.host, seen = excluded.seen, words = excluded.words "
     "WHERE refusing_host.seen <= excluded.seen"},
    {"forget", "DELETE FROM refusing_host WHERE address = $1::bytea"},
    {"forget_all",
     "DELETE FROM refusing_host WHERE address IN "
     "(SELECT address FROM refusing_host ORDER BY address FOR UPDATE)"},
    {"rest",
     "INSERT INTO resting_host (address, until, length) "
     "VALUES ($1::bytea, $2::bigint, $3::bigint) ON CONFLICT (address) DO UPDATE SET "
     "until = excluded.until, length = excluded.length "
     "WHERE resting_host.until <= excluded.until"},
    {"wake", "DELETE FROM resting_host WHERE address = $1::bytea"},
    {"wake_all",
     "DELETE FROM resting_host WHERE address IN "
     "(SELECT address FROM resting_host ORDER BY address FOR UPDATE)"},
    {"expire_resting",
     "DELETE FROM resting_host WHERE address IN "
     "(SELECT address FROM resting_host WHERE until < $1::bigint FOR UPDATE SKIP LOCKED)"},
};

constexpr Statement part_statements[] = {
    {"add",
     "INSERT INTO message_@ (id, owner, due, pieces, envelope, states) "
     "SELECT id, $1::bigint, due, pieces, envelope, states "
     "FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[]) "
     "AS new (id, due, pieces, envelope, states)"},
    {"put",
     "INSERT INTO content_@ (id, piece, bytes) SELECT id, piece, bytes "
     "FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS new (id, piece, bytes)"},
    // A removed message leaves its content to the end of the slice. ON CONFLICT would make every
    // insertion dearer.
    {"clear", "DELETE FROM content_@ WHERE id = ANY($1::bigint[])"},
    {"update",
     "UPDATE message_@ AS m SET due = new.due, states = new.states "
     "FROM unnest($2::bigint[], $3::bigint[], $4::bytea[]) AS new (id, due, states) "
     "WHERE m.id = new.id AND m.owner = $1::bigint"},
    {"remove", "DELETE FROM message_@ WHERE id = ANY($2::bigint[]) AND owner = $1::bigint"},
    {"take",
     "UPDATE message_@ SET owner = $1::bigint WHERE id = ANY($3::bigint[]) AND owner = $2::bigint"},
    // The content of a moved message may be in either; never in both.
    {"load",
     "SELECT m.envelope, m.states, c.piece, c.bytes FROM message_@ AS m "
     "LEFT JOIN content_@ AS c ON c.id = m.id AND c.piece < m.pieces "
     "WHERE m.id = $1::bigint AND m.owner = $2::bigint "
     "UNION ALL SELECT m.envelope, m.states, c.piece, c.bytes FROM message_old AS m "
     "LEFT JOIN content_old AS c ON c.id = m.id AND c.piece < m.pieces "
     "WHERE m.id = $1::bigint AND m.owner = $2::bigint ORDER BY 3"},
    {"settled",
     "SELECT id, pieces FROM message_@ WHERE owner = $1::bigint AND id < $2::bigint "
     "ORDER BY id LIMIT $3::bigint"},
    {"move_message",
     "WITH moved AS (DELETE FROM message_@ WHERE id = ANY($2::bigint[]) AND owner = $1::bigint "
     "RETURNING id, owner, due, pieces, envelope, states) INSERT INTO message_old "
     "(id, owner, due, pieces, envelope, states) "
     "SELECT id, owner, due, pieces, envelope, states FROM moved"},
    {"move_content",
     "INSERT INTO content_old (id, piece, bytes) SELECT c.id, c.piece, c.bytes "
     "FROM message_old AS m JOIN content_@ AS c ON c.id = m.id AND c.piece < m.pieces "
     "WHERE m.id = ANY($1::bigint[])"},
    {"is_done",
     "SELECT 1::bigint WHERE EXISTS (SELECT 1 FROM content_@) AND "
     "NOT EXISTS (SELECT 1 FROM message_@)"},
    {"lock", "LOCK TABLE message_@, content_@ IN ACCESS EXCLUSIVE MODE NOWAIT"},
    {"check_empty", "SELECT 1 / CASE WHEN EXISTS (SELECT 1 FROM message_@) THEN 0 ELSE 1 END"},
    {"truncate", "TRUNCATE message_@, content_@"},
};

// Not for a slice, whose contents are emptied as a whole.
constexpr const char* remove_old_content = "DELETE FROM content_old WHERE id = ANY($1::bigint[])";

std::vector<Preparation> make_preparations() {
    std::vector<Preparation> all;
    for (const auto& [name, sql] : whole_statements) all.push_back({name, sql});
    for (const auto& [name, sql] : part_statements) {
        for (unsigned part = 0; part < part_count; ++part) {
            const std::string_view of = name;
            const bool is_slice_only = of == "load" || of == "settled" || of.starts_with("move") ||
                                       of == "is_done" || of == "clear" || of == "lock" ||
                                       of == "check_empty" || of == "truncate";
            if (part == old_part && is_slice_only) continue;
            all.push_back({in_part(name, part), for_part(sql, part)});
        }
    }
    all.push_back({"remove_old_content", remove_old_content});
    return all;
}

// The tables of version 1.
std::vector<std::string> first_tables() {
    constexpr const char* node_table =
        "CREATE TABLE node (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
        "name text NOT NULL UNIQUE, epoch bigint NOT NULL, holder bigint NOT NULL, "
        "slot bigint NOT NULL UNIQUE, lease timestamptz NOT NULL)";
    constexpr const char* host_table =
        "CREATE TABLE refusing_host (address bytea PRIMARY KEY, host bytea NOT NULL, "
        "seen bigint NOT NULL, words bytea NOT NULL)";
    std::vector<std::string> all{"CREATE TABLE schema_version (version bigint NOT NULL)",
                                 "INSERT INTO schema_version VALUES (1)", node_table, host_table};
    std::string view = "CREATE VIEW message AS ";
    for (unsigned part = 0; part < part_count; ++part) {
        all.push_back(
            for_part("CREATE TABLE message_@ (id bigint PRIMARY KEY, owner bigint NOT NULL, "
                     "due bigint NOT NULL, pieces bigint NOT NULL, "
                     "envelope bytea NOT NULL, "
                     "states bytea NOT NULL)",
                     part));
        all.push_back(
            for_part("CREATE TABLE content_@ (id bigint NOT NULL, piece bigint NOT NULL, "
                     "bytes bytea NOT NULL, PRIMARY KEY (id, piece))",
                     part));
        // In the row, where a piece has room, and not compressed: mail hardly shrinks.
        all.push_back(for_part("ALTER TABLE content_@ ALTER COLUMN bytes SET STORAGE PLAIN", part));
        if (part > 0) view += " UNION ALL ";
        view += for_part("SELECT id, owner, due, envelope, states FROM message_@", part);
    }
    all.push_back(std::move(view));
    return all;
}

// `news` counts what the node has learned of hosts, so that the others see that there is something
// to read. Times of hosts are in seconds by the clock of the database.
std::vector<std::string> shared_hosts() {
    return {"ALTER TABLE node ADD COLUMN news bigint NOT NULL DEFAULT 0",
            "CREATE TABLE resting_host (address bytea PRIMARY KEY, until bigint NOT NULL, "
            "length bigint NOT NULL)"};
}

// What the relays know of each other, and what they ask each other (postgres_cluster.h); what was
// moved from a spool on disk (moving.h).
std::vector<std::string> shared_queue() {
    return {
        "ALTER TABLE node ADD COLUMN version text NOT NULL DEFAULT '', "
        "ADD COLUMN since timestamptz NOT NULL DEFAULT clock_timestamp(), "
        "ADD COLUMN deliveries bigint NOT NULL DEFAULT 0, "
        "ADD COLUMN drains bigint NOT NULL DEFAULT 0",
        "CREATE TABLE request (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
        "node bigint NOT NULL, asker text NOT NULL, line bytea NOT NULL, "
        "made timestamptz NOT NULL DEFAULT clock_timestamp())",
        "CREATE TABLE answer (request bigint NOT NULL, piece bigint NOT NULL, "
        "is_last bigint NOT NULL, lines bytea NOT NULL, "
        "made timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (request, piece))",
        "CREATE TABLE moved (source bytea NOT NULL, id bigint NOT NULL, "
        "PRIMARY KEY (source, id))"};
}

// A row of `node` changes with every beat. While somebody keeps an old snapshot, all its former
// versions stay and each query passes over them; the fence is in every transaction, so what it
// reads is in a row that changes only with the epoch.
std::vector<std::string> epochs_apart() {
    return {"CREATE TABLE epoch (node bigint PRIMARY KEY, epoch bigint NOT NULL)",
            "INSERT INTO epoch SELECT id, epoch FROM node", "ALTER TABLE node DROP COLUMN epoch"};
}

// What leads to each version from the one before it.
using Step = std::vector<std::string> (*)();
constexpr std::array<Step, schema_version> steps{first_tables, shared_hosts, shared_queue,
                                                 epochs_apart};

}  // namespace

std::vector<std::string> upgrade_statements(int from) {
    std::vector<std::string> all{"CREATE SCHEMA IF NOT EXISTS turnaway",
                                 "SET LOCAL search_path = turnaway"};
    for (int version = from; version < schema_version; ++version) {
        std::ranges::move(steps.at(static_cast<std::size_t>(version))(), std::back_inserter(all));
    }
    all.push_back("UPDATE schema_version SET version = " + std::to_string(schema_version));
    return all;
}

const std::vector<Preparation>& preparations() {
    static const auto all = make_preparations();
    return all;
}

}  // namespace turnaway::spool::postgres
