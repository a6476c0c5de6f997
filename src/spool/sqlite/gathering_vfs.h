// GatheringVfs: the SQLite VFS: the system's files, but the log is written in one piece.
//
// SQLite writes each page of a commit into its write-ahead log with two system calls, then syncs.
// Here adjacent writes to the log are gathered in memory and written before any other operation on
// that file: a sync, a read, a truncation, a query of its size. So only the number of calls
// differs; a write that fails is reported by the sync that needs it, which fails the commit all the
// same. Other files are passed through. Must outlive every connection that was opened with it.
#pragma once

#include <memory>
#include <string>

struct sqlite3_vfs;

namespace turnaway::spool {

class GatheringVfs {
  public:
    // Over the VFS of this name; null: the system's default, which always exists.
    explicit GatheringVfs(const char* below);
    GatheringVfs(const GatheringVfs&) = delete;
    GatheringVfs& operator=(const GatheringVfs&) = delete;
    ~GatheringVfs();

    const char* name() const { return name_.c_str(); }

  private:
    std::string name_;
    std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace turnaway::spool
