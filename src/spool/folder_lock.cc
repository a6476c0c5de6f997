#include "spool/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace turnaway::spool {

base::Result<FolderLock> FolderLock::take(const std::string& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        const auto fault = errno == EACCES ? base::Fault::permission : base::Fault::io;
        return base::fail_errno(fault, "cannot open the spool " + folder);
    }
    FolderLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno == EWOULDBLOCK) {
        return base::fail(base::Fault::unavailable,
                          folder + " is in use: another program has this spool open");
    }
    return base::fail_errno(base::Fault::io, "cannot lock the spool " + folder);
}

FolderLock::~FolderLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace turnaway::spool
