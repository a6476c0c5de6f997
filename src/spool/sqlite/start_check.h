// Start check: whether the files in a spool folder can be a spool, checked before anything in it is
// opened or changed.
//
// A spool is never emptied by itself: if the database is missing or empty next to files that only a
// used spool leaves behind, a new one would lose every acknowledged message. Then nothing is
// started, and the error explains how to continue.
#pragma once

#include <string>

#include "base/result.h"

namespace turnaway::spool {

inline constexpr const char* recovered_database = "/spool.db.recovered";

struct SpoolFolderState {
    bool may_begin = false;    // no trace of earlier use: a new database may be made
    std::string warning = {};  // about its write-ahead log
};

// Fault::data: do not start here. The caller holds the FolderLock.
[[nodiscard]] base::Result<SpoolFolderState> check_spool_folder(const std::string& path);

// The last sentence of an error: how to recover.
std::string how_to_recover(const std::string& path);

}  // namespace turnaway::spool
