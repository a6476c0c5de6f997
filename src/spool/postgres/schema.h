// Schema: the tables of the spool in PostgreSQL, their version, and every statement that the relay
// prepares (docs/adr/0019-the-queue-on-postgresql.md).
//
// All tables are in the schema `turnaway`; the view `message` shows the whole queue. Only plain
// SQL: no extension, no function of our own, no trigger.
#pragma once

#include <string>
#include <vector>

namespace turnaway::spool::postgres {

inline constexpr int schema_version = 4;

// What brings the tables of an older version to this one, one statement each, to be run as one
// transaction. Version 0: there are no tables.
std::vector<std::string> upgrade_statements(int from);

struct Preparation {
    std::string name;
    std::string sql;
};
// In each session, once.
const std::vector<Preparation>& preparations();

}  // namespace turnaway::spool::postgres
