// Start check: whether what lies in a spool folder can be a spool, looked at before anything in it
// is opened or changed.
//
// A spool never makes itself empty: where the database is missing or empty beside things that only
// a spool in use leaves behind, a new one would be the end of every acknowledged message. Then
// nothing is begun, and the error says how to go on.
#pragma once

#include <string>

#include "base/result.h"

namespace turnaway::spool {

inline constexpr const char* recovered_database = "/spool.db.recovered";

struct SpoolFolderState {
    bool may_begin = false;    // nothing was ever here: a new database may be made
    std::string warning = {};  // of its write-ahead log
};

// Fault::data: begin nothing here. The caller holds the FolderLock.
[[nodiscard]] base::Result<SpoolFolderState> check_spool_folder(const std::string& path);

// An error's last words: how to recover.
std::string how_to_recover(const std::string& path);

}  // namespace turnaway::spool
