// SpoolChoice: opens the spool that `[spool] path` names: a folder, or a database that several
// relays share.
//
// A database needs a folder too, for large contents on their way; nothing in it outlives the
// process. The folder itself stays, because the confined process may not remove it; the next start
// uses it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "relay/config/config.h"
#include "spool/folder_lock.h"
#include "spool/spool.h"
#include "spool/sqlite/open_spool.h"

namespace turnaway::relay {

// Of this machine.
std::string host_name();
// Whether the queue is in a database.
bool is_shared(const SpoolConfig& config);
// The folder that the spool works in: that of the queue, or a temporary one that no other process
// uses while `lock` exists.
struct SpoolFolder {
    std::string path;
    std::optional<spool::FolderLock> lock = {};
};
[[nodiscard]] base::Result<SpoolFolder> spool_folder(const SpoolConfig& config);
// `folder` is that of spool_folder(), `version` that of this program.
[[nodiscard]] base::Result<std::unique_ptr<spool::Spool>> open_chosen_spool(
    const SpoolConfig& config, const std::string& folder, const std::string& version,
    spool::SpoolSettings settings);
// `turnaway-relay --migrate-spool`: what was done.
[[nodiscard]] base::Result<std::string> migrate_spool(const SpoolConfig& config);

}  // namespace turnaway::relay
