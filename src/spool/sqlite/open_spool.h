// Opens the spool on one disk (sqlite_spool.h) for a daemon, which knows it by the seam only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "spool/spool.h"

namespace turnaway::spool {

struct SpoolSettings {
    std::string path;  // a folder, made with mode 0700 if missing; the one above it must exist
    // With less left on its disk, new messages are refused, unless they come with an update or a
    // removal, as reports do. What comes in one batch counts.
    std::uint64_t free_bytes_min = std::uint64_t{64} * 1024 * 1024;
    // Called on the spool's thread whenever so many changes became durable in one step.
    std::function<void(std::size_t changes)> on_commit = {};
    // What an administrator should see: within open(), then on the spool's thread.
    std::function<void(const std::string& words)> on_warning = {};
    // Once, on the spool's thread, when it has failed; whoever waits for an answer hears it too.
    std::function<void(const base::Error& error)> on_failure = {};
    // For tests: called on the spool's thread when each named step is behind it, and the name of
    // the SQLite VFS that lets the disk fail.
    std::function<void(const char*)> on_step = {};
    const char* vfs = nullptr;
};

// Fault::unavailable when another program has it, Fault::data when it is damaged, of another
// version, or empty beside content (start_check.h). It is closed by its destructor, which does what
// was asked for before.
[[nodiscard]] base::Result<std::unique_ptr<Spool>> open_spool(SpoolSettings settings);

}  // namespace turnaway::spool
