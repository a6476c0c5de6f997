// Write-ahead log: whether the log of a SQLite database is whole, looked at before SQLite opens it.
//
// SQLite takes the log up to the first frame whose checksum is wrong and cuts the rest off without
// a word. That is right after a power cut, where only the last commit can be half written, since
// each one was synced before the next began. Where frames of the same log go on behind another
// commit, the log was damaged, and acknowledged mail would be cut off. The format is SQLite's
// (https://sqlite.org/fileformat2.html#walformat). Only for a log that nobody writes to.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace turnaway::spool {

enum class LogState {
    whole,    // or there is none
    cut_off,  // the last commit is not whole
    damaged,  // commits follow a frame that is not whole, or its head is not whole
};

struct LogFindings {
    LogState state = LogState::whole;
    std::size_t frames = 0;  // good ones, from the beginning on
    std::size_t behind = 0;  // frames of this log from the first bad one on
};

[[nodiscard]] base::Result<LogFindings> look_at_log(const std::string& file);

// Writes the pages of all commits of this log into a copy of its database, those behind a damaged
// frame too, which SQLite would not take. Only to read rows from it that have checksums of their
// own.
[[nodiscard]] base::Result<void> apply_log(const std::string& file, const std::string& database);

}  // namespace turnaway::spool
