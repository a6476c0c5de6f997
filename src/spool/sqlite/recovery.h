// Recovery: makes a new spool.db of what rows and content files still hold (`turnaway queue
// recover`).
//
// Works on copies: what was there before goes into a folder `before-recovery-TIME` of the spool,
// whole. Rows are read as far as the database gives them, its write-ahead log behind a damaged part
// included; a row of version 2 counts when its checksums fit, and one that does not is kept as it
// is, for `queue export`. A content file without a row becomes a message again by its trailer, for
// all its recipients, since nothing says who has it already. Gap: the hosts that said 521 are
// forgotten; mail of version 1 in a content file whose row is lost has no envelope and stays in its
// file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

namespace turnaway::spool {

struct Recovered {
    std::size_t from_rows = 0;
    std::size_t from_files = 0;
    std::size_t corrupt = 0;              // of from_rows: they cannot be read
    std::string aside = {};               // where the old files are; empty: there were none
    std::vector<std::string> notes = {};  // what could not be recovered, a sentence each
};

// Fault::unavailable: a relay is using it.
[[nodiscard]] base::Result<Recovered> recover_spool(const std::string& path);

}  // namespace turnaway::spool
