// Write-ahead log: whether the log of a SQLite database is whole, checked before SQLite opens it.
//
// SQLite accepts the log up to the first frame with a wrong checksum and silently drops the rest.
// That is right after a power failure, where only the last commit can be incomplete, since each was
// synced before the next began. But if frames of the same log continue after another commit, the
// log was damaged, and acknowledged mail would be lost. The format is SQLite's
// (https://sqlite.org/fileformat2.html#walformat). Only for a log that no program is writing.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace turnaway::spool {

enum class LogState {
    whole,    // or missing
    cut_off,  // the last commit is incomplete
    damaged,  // commits follow a damaged frame, or the header is damaged
};

struct LogFindings {
    LogState state = LogState::whole;
    std::size_t frames = 0;  // valid ones at the beginning
    std::size_t behind = 0;  // frames of this log from the first invalid one on
};

[[nodiscard]] base::Result<LogFindings> look_at_log(const std::string& file);

// Writes the pages of all commits of this log into a copy of its database, including those after a
// damaged frame, which SQLite would not accept. Only for reading rows that have their own
// checksums.
[[nodiscard]] base::Result<void> apply_log(const std::string& file, const std::string& database);

}  // namespace turnaway::spool
