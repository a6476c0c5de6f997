// GatheringVfs: what SQLite stands on: the system's files, but the log is written in one piece.
//
// SQLite writes each page of a commit into its write-ahead log by two system calls, then syncs.
// Here neighbouring writes to the log are gathered in memory and handed over before anything else
// is done with that file: a sync, a read, a truncation, the question for its size. So nobody can
// tell the difference but by the number of calls; a write that fails is told at the sync that needs
// it, which fails the commit all the same. Other files pass straight through. Must outlive every
// connection that was opened with it.
#pragma once

#include <memory>
#include <string>

struct sqlite3_vfs;

namespace turnaway::spool {

class GatheringVfs {
  public:
    // Over the VFS of this name; null: the system's own, which is always there.
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
