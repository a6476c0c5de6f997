// Survey: what an administrator should know about the server of a spool: its version and settings,
// the rights of our user, how fast it answers, its standby, its clock, and dead rows.
//
// Reads, apart from a few commits of a row that is added and removed in one transaction. Every wait
// is bounded by `wait`. Fails if a question is not answered: that says nothing about the server.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace turnaway::spool::postgres {

struct Survey {
    std::int64_t version = 0;  // 150004
    std::string version_words = {};
    bool has_fsync = true;
    bool has_full_page_writes = true;
    std::string synchronous_commit = {};
    std::string standby_names = {};              // synchronous_standby_names
    bool only_reads = false;                     // a standby, or read-only
    std::chrono::milliseconds clock_ahead = {};  // of ours
    std::chrono::microseconds round_trip = {};   // the best of some
    // What could not be known yet if there are no tables of this version.
    std::string tables_fault = {};                 // empty: they are right
    std::vector<std::string> without_rights = {};  // tables
    std::optional<std::chrono::microseconds> commit =
        {};  // the best; nothing: it failed, or was not tried
    std::string commit_fault = {};
    std::int64_t live_rows = 0;
    std::int64_t dead_rows = 0;
    std::int64_t bytes = 0;  // of all tables
};

[[nodiscard]] base::Result<Survey> survey_server(const std::string& url, std::chrono::seconds wait);

}  // namespace turnaway::spool::postgres
