// FolderLock: allows one program at a time on a spool folder, whatever state its files are in.
//
// The database has its own lock, but that is no protection if the database is missing. Released
// when the owning process ends, however it ends.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace turnaway::spool {

class FolderLock {
  public:
    // Fault::unavailable: another program holds it.
    [[nodiscard]] static base::Result<FolderLock> take(const std::string& folder);
    FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FolderLock& operator=(FolderLock&&) = delete;
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    ~FolderLock();

  private:
    explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace turnaway::spool
