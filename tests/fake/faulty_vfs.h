// FaultyVfs: the disk of SQLite, failing at a chosen write or sync.
//
// Counts writes and syncs of all files opened through it, passes them on, and lets the chosen one
// fail, and all later ones as well when the disk is to stay broken. One at a time: it registers
// itself with SQLite under a name.
#pragma once

namespace turnaway::fake {

enum class DiskFault {
    write_error,  // nothing is written
    short_write,  // half of it is
    full,         // half of it is, and SQLite hears that the disk is full
    sync_error,
};

class FaultyVfs {
  public:
    FaultyVfs();
    ~FaultyVfs();
    FaultyVfs(const FaultyVfs&) = delete;
    FaultyVfs& operator=(const FaultyVfs&) = delete;

    static constexpr const char* name = "turnaway-faulty";
    // The n-th write (or sync, for a sync error) from now on; 0: none.
    void fail(DiskFault fault, int at, bool stays_broken);
    bool has_failed() const;
};

}  // namespace turnaway::fake
