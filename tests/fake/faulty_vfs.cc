#include "fake/faulty_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <mutex>

#include "base/check.h"

namespace turnaway::fake {
namespace {

struct Plan {
    std::mutex mutex;
    DiskFault fault = DiskFault::write_error;
    int left = 0;  // until it fails; 0: never
    bool stays_broken = false;
    bool has_failed = false;

    // Whether this operation fails.
    bool strikes(bool is_sync) {
        const std::lock_guard lock(mutex);
        if (has_failed && stays_broken) return true;
        if (left == 0 || is_sync != (fault == DiskFault::sync_error) || --left != 0) return false;
        has_failed = true;
        return true;
    }
};

Plan plan;
sqlite3_vfs vfs;

// The file below lies right behind.
struct File {
    sqlite3_file base;
    sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* below(sqlite3_file* file) {
    return reinterpret_cast<File*>(file)->below();
}

// A long write may fail at each of its pages: those before it are then on the disk.
int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    const auto put = [&](int from, int bytes) {
        return below(file)->pMethods->xWrite(below(file), static_cast<const char*>(data) + from,
                                             bytes, at + from);
    };
    constexpr int page_bytes = 4096;
    for (int from = 0; from < size; from += page_bytes) {
        const int bytes = std::min(page_bytes, size - from);
        if (plan.strikes(false)) {
            if (plan.fault == DiskFault::write_error) return SQLITE_IOERR_WRITE;
            put(from, bytes / 2);
            return plan.fault == DiskFault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
        }
        if (const int code = put(from, bytes); code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

int sync(sqlite3_file* file, int flags) {
    if (plan.strikes(true)) return SQLITE_IOERR_FSYNC;
    return below(file)->pMethods->xSync(below(file), flags);
}

// SQLite's table of calls, version 1: shared memory is not needed with an exclusive lock.
constexpr sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = [](sqlite3_file* f) { return below(f)->pMethods->xClose(below(f)); },
    .xRead = [](sqlite3_file* f, void* to, int size,
                sqlite3_int64 at) { return below(f)->pMethods->xRead(below(f), to, size, at); },
    .xWrite = write,
    .xTruncate = [](sqlite3_file* f,
                    sqlite3_int64 size) { return below(f)->pMethods->xTruncate(below(f), size); },
    .xSync = sync,
    .xFileSize = [](sqlite3_file* f,
                    sqlite3_int64* to) { return below(f)->pMethods->xFileSize(below(f), to); },
    .xLock = [](sqlite3_file* f, int lock) { return below(f)->pMethods->xLock(below(f), lock); },
    .xUnlock = [](sqlite3_file* f,
                  int lock) { return below(f)->pMethods->xUnlock(below(f), lock); },
    .xCheckReservedLock =
        [](sqlite3_file* f, int* to) {
            return below(f)->pMethods->xCheckReservedLock(below(f), to);
        },
    .xFileControl = [](sqlite3_file* f, int what,
                       void* to) { return below(f)->pMethods->xFileControl(below(f), what, to); },
    .xSectorSize = [](sqlite3_file* f) { return below(f)->pMethods->xSectorSize(below(f)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* f) { return below(f)->pMethods->xDeviceCharacteristics(below(f)); },
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs* self, const char* path, sqlite3_file* file, int flags, int* out) {
    auto* system = static_cast<sqlite3_vfs*>(self->pAppData);
    file->pMethods = nullptr;
    const int code = system->xOpen(system, path, below(file), flags, out);
    if (below(file)->pMethods != nullptr) file->pMethods = &methods;
    return code;
}

}  // namespace

FaultyVfs::FaultyVfs() {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    TURNAWAY_CHECK(system != nullptr);
    vfs = *system;
    vfs.pNext = nullptr;
    vfs.zName = name;
    vfs.pAppData = system;
    vfs.szOsFile = static_cast<int>(sizeof(File)) + system->szOsFile;
    vfs.xOpen = open;
    fail(DiskFault::write_error, 0, false);
    TURNAWAY_CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

FaultyVfs::~FaultyVfs() {
    sqlite3_vfs_unregister(&vfs);
}

void FaultyVfs::fail(DiskFault fault, int at, bool stays_broken) {
    const std::lock_guard lock(plan.mutex);
    plan.fault = fault;
    plan.left = at;
    plan.stays_broken = stays_broken;
    plan.has_failed = false;
}

bool FaultyVfs::has_failed() const {
    const std::lock_guard lock(plan.mutex);
    return plan.has_failed;
}

}  // namespace turnaway::fake
