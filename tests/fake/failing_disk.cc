// FailingDisk: a library to preload, under which the disk fails once a chosen file is there.
//
// FAILING_DISK names that file; its first word says how. Nothing or "lost": every sync fails with
// EIO, as on a disk that is gone. "readonly": every write, rename, removal and truncation fails
// with EROFS, as after a kernel has remounted a disk with errors. "full": every write fails with
// ENOSPC. Of every file of the process; everything else is the system's own.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

enum class Failure { none, lost, readonly, full };

template <class Call>
Call real(const char* name) {
    return reinterpret_cast<Call>(::dlsym(RTLD_NEXT, name));
}

Failure failure() {
    const int kept = errno;
    const char* file = std::getenv("FAILING_DISK");
    const int trigger = file == nullptr ? -1 : ::open(file, O_RDONLY | O_CLOEXEC);
    Failure now = Failure::none;
    if (trigger >= 0) {
        char word[16] = {};
        [[maybe_unused]] const ssize_t got = ::read(trigger, word, sizeof word - 1);
        ::close(trigger);
        now = Failure::lost;
        if (std::strncmp(word, "readonly", 8) == 0) now = Failure::readonly;
        if (std::strncmp(word, "full", 4) == 0) now = Failure::full;
    }
    errno = kept;
    return now;
}

// 0: it goes on.
int error_of_write() {
    const Failure now = failure();
    if (now == Failure::readonly) return EROFS;
    return now == Failure::full ? ENOSPC : 0;
}

int error_of_change() {
    return failure() == Failure::readonly ? EROFS : 0;
}

template <class... Arguments>
int unless_failing(int error, const char* name, Arguments... arguments) {
    if (error != 0) {
        errno = error;
        return -1;
    }
    return real<int (*)(Arguments...)>(name)(arguments...);
}

template <class... Arguments>
ssize_t transfer(int error, const char* name, Arguments... arguments) {
    if (error != 0) {
        errno = error;
        return -1;
    }
    return real<ssize_t (*)(Arguments...)>(name)(arguments...);
}

int error_of_sync() {
    return failure() == Failure::lost ? EIO : 0;
}

}  // namespace

extern "C" int fsync(int descriptor) {
    return unless_failing(error_of_sync(), "fsync", descriptor);
}

extern "C" int fdatasync(int descriptor) {
    return unless_failing(error_of_sync(), "fdatasync", descriptor);
}

extern "C" ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t at) {
    return transfer(error_of_write(), "pwrite", descriptor, bytes, size, at);
}

extern "C" ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t at) {
    return transfer(error_of_write(), "pwrite64", descriptor, bytes, size, at);
}

extern "C" int ftruncate(int descriptor, off_t size) {
    return unless_failing(error_of_change(), "ftruncate", descriptor, size);
}

extern "C" int ftruncate64(int descriptor, off64_t size) {
    return unless_failing(error_of_change(), "ftruncate64", descriptor, size);
}

extern "C" int posix_fallocate(int descriptor, off_t at, off_t size) {
    if (const int error = error_of_write(); error != 0) return error;
    return real<int (*)(int, off_t, off_t)>("posix_fallocate")(descriptor, at, size);
}

extern "C" int unlink(const char* path) {
    return unless_failing(error_of_change(), "unlink", path);
}

extern "C" int rename(const char* from, const char* to) {
    return unless_failing(error_of_change(), "rename", from, to);
}
