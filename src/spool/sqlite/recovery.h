// Recovery: makes a new spool.db from readable rows and content files (`turnaway queue recover`).
//
// Works on copies: the complete old database is moved into a folder `before-recovery-TIME`.
// Rows are read as far as the database can be read, including its write-ahead log after a damaged
// part; a row of version 2 is valid if its checksums match, and an invalid one is kept unchanged,
// for `queue export`. A content file without a row becomes a message again through its trailer, for
// all its recipients, since it is not known which ones already have it. Known gaps: the hosts that
// answered 521 are forgotten; mail of version 1 in a content file whose row is lost has no envelope
// and remains in its file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

namespace turnaway::spool {

struct Recovered {
    std::size_t from_rows = 0;
    std::size_t from_files = 0;
    std::size_t corrupt = 0;              // of from_rows: unreadable
    std::string aside = {};               // the folder with the old files; empty: there were none
    std::vector<std::string> notes = {};  // losses, one sentence each
};

// Fault::unavailable: a relay is using it.
[[nodiscard]] base::Result<Recovered> recover_spool(const std::string& path);

}  // namespace turnaway::spool
