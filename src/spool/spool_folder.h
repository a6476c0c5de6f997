// The folder of a spool on disk: made with mode 0700, and made durable (fsync of the parent
// folder).
//
// The parent folder must exist, so that a misspelled path does not create a tree of folders.
#pragma once

#include <string>

#include "base/result.h"

namespace turnaway::spool {

// Returns whether it was made now. Fault::config: it cannot be made there; Fault::permission: no
// permission.
[[nodiscard]] base::Result<bool> make_spool_folder(const std::string& path);

// Makes a new entry of a folder durable.
[[nodiscard]] base::Result<void> sync_folder(const std::string& path);

}  // namespace turnaway::spool
