// FailingDisk: a library to preload, under which every sync fails once a chosen file is there.
//
// FAILING_DISK names that file. Fails as a disk does that was lost: EIO, for fsync and fdatasync
// alike, of every file of the process. Everything else is the system's own.
#include <dlfcn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace {

using Sync = int (*)(int);

int sync_unless_failing(const char* name, int descriptor) {
    const char* file = std::getenv("FAILING_DISK");
    if (file != nullptr && ::access(file, F_OK) == 0) {
        errno = EIO;
        return -1;
    }
    const auto real = reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, name));
    return real(descriptor);
}

}  // namespace

extern "C" int fsync(int descriptor) {
    return sync_unless_failing("fsync", descriptor);
}

extern "C" int fdatasync(int descriptor) {
    return sync_unless_failing("fdatasync", descriptor);
}
