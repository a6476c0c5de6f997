#include "spool/spool_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace turnaway::spool {

base::Result<void> sync_folder(const std::string& path) {
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return base::fail_errno(base::Fault::io, "cannot open " + path);
    const bool is_synced = ::fsync(folder) == 0;
    const int error = errno;
    ::close(folder);
    if (!is_synced) return base::fail_errno(base::Fault::io, "cannot sync " + path, error);
    return {};
}

base::Result<bool> make_spool_folder(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0) {
        if (auto synced = sync_folder(path + "/.."); !synced) {
            return std::unexpected(std::move(synced.error()));
        }
        return true;
    }
    if (errno == EEXIST) return false;
    const auto fault = errno == EACCES                       ? base::Fault::permission
                       : errno == ENOENT || errno == ENOTDIR ? base::Fault::config
                                                             : base::Fault::io;
    return base::fail_errno(fault, "cannot make the spool " + path);
}

}  // namespace turnaway::spool
