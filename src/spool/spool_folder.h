// The folder of a spool on disk: made with mode 0700, and durable as a folder (fsync of a folder
// makes its entries so).
//
// The one above it must exist: a path that is misspelled makes no tree of folders.
#pragma once

#include <string>

#include "base/result.h"

namespace turnaway::spool {

// Whether it was not there before. Fault::config: it cannot be there; Fault::permission: not for
// us.
[[nodiscard]] base::Result<bool> make_spool_folder(const std::string& path);

// Makes a new entry of a folder durable.
[[nodiscard]] base::Result<void> sync_folder(const std::string& path);

}  // namespace turnaway::spool
