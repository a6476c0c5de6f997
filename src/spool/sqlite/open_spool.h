// Opens the spool on one disk (sqlite_spool.h) for a daemon, which only uses the interface spool.h.
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
    std::string path;  // a folder, made with mode 0700 if missing; its parent must exist
    // If less is free on its disk, new messages are refused, unless they come with an update or a
    // removal, as reports do. The messages of one batch count together.
    std::uint64_t free_bytes_min = std::uint64_t{64} * 1024 * 1024;
    // Called on the spool's thread whenever `changes` changes became durable in one step.
    std::function<void(std::size_t changes)> on_commit = {};
    // Warnings for the administrator: within open(), then on the spool's thread.
    std::function<void(const std::string& words)> on_warning = {};
    // Called once, on the spool's thread, when it has failed; pending calls fail too.
    std::function<void(const base::Error& error)> on_failure = {};
    // For tests: called on the spool's thread after each named step, and the name of the SQLite VFS
    // that lets the disk fail.
    std::function<void(const char*)> on_step = {};
    const char* vfs = nullptr;
};

// Fault::unavailable if another program is using it, Fault::data if it is damaged, of another
// version, or empty although there is content (start_check.h). The destructor finishes pending
// changes and closes it.
[[nodiscard]] base::Result<std::unique_ptr<Spool>> open_spool(SpoolSettings settings);

}  // namespace turnaway::spool
