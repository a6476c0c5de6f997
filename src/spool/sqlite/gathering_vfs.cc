#include "spool/sqlite/gathering_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <cstddef>

#include "base/check.h"

namespace turnaway::spool {
namespace {

// SQLite's unix files take 17 bits of a size; each of their writes is at most one page.
constexpr std::size_t gathered_bytes_max = std::size_t{128} * 1024 - 1;

struct Gathered {
    std::string bytes;
    sqlite3_int64 at = 0;  // their offset in the file
};

// SQLite allocates the memory; the underlying file follows directly.
struct File {
    sqlite3_file base;
    Gathered* gathered;  // null: calls are passed through
    sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* below(sqlite3_file* file) {
    return reinterpret_cast<File*>(file)->below();
}

int hand_over(sqlite3_file* file) {
    Gathered* const gathered = reinterpret_cast<File*>(file)->gathered;
    if (gathered == nullptr || gathered->bytes.empty()) return SQLITE_OK;
    const int code =
        below(file)->pMethods->xWrite(below(file), gathered->bytes.data(),
                                      static_cast<int>(gathered->bytes.size()), gathered->at);
    // After a failure too: SQLite abandons the transaction and writes it again, if at all.
    gathered->bytes.clear();
    return code;
}

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    Gathered* const gathered = reinterpret_cast<File*>(file)->gathered;
    if (gathered == nullptr) return below(file)->pMethods->xWrite(below(file), data, size, at);
    const auto end = gathered->at + static_cast<sqlite3_int64>(gathered->bytes.size());
    const auto more = static_cast<std::size_t>(size);
    if (at != end || gathered->bytes.size() + more > gathered_bytes_max) {
        if (const int code = hand_over(file); code != SQLITE_OK) return code;
        gathered->at = at;
    }
    gathered->bytes.append(static_cast<const char*>(data), more);
    return SQLITE_OK;
}

int close(sqlite3_file* file) {
    const int written = hand_over(file);
    delete reinterpret_cast<File*>(file)->gathered;
    const int closed = below(file)->pMethods->xClose(below(file));
    return written == SQLITE_OK ? closed : written;
}

// The underlying call, after the gathered bytes are written.
template <auto Call, class... Arguments>
int after_hand_over(sqlite3_file* file, Arguments... arguments) {
    if (const int code = hand_over(file); code != SQLITE_OK) return code;
    return (below(file)->pMethods->*Call)(below(file), arguments...);
}

template <auto Call, class... Arguments>
int straight(sqlite3_file* file, Arguments... arguments) {
    return (below(file)->pMethods->*Call)(below(file), arguments...);
}

using Methods = sqlite3_io_methods;

// SQLite's table of calls, version 1: shared memory is not needed with an exclusive lock.
constexpr Methods methods = {
    .iVersion = 1,
    .xClose = close,
    .xRead = after_hand_over<&Methods::xRead>,
    .xWrite = write,
    .xTruncate = after_hand_over<&Methods::xTruncate>,
    .xSync = after_hand_over<&Methods::xSync>,
    .xFileSize = after_hand_over<&Methods::xFileSize>,
    .xLock = straight<&Methods::xLock>,
    .xUnlock = straight<&Methods::xUnlock>,
    .xCheckReservedLock = straight<&Methods::xCheckReservedLock>,
    .xFileControl = after_hand_over<&Methods::xFileControl>,
    .xSectorSize = straight<&Methods::xSectorSize>,
    .xDeviceCharacteristics = straight<&Methods::xDeviceCharacteristics>,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs* self, const char* path, sqlite3_file* file, int flags, int* out) {
    auto* const system = static_cast<sqlite3_vfs*>(self->pAppData);
    auto* const opened = reinterpret_cast<File*>(file);
    opened->base.pMethods = nullptr;
    opened->gathered = nullptr;
    const int code = system->xOpen(system, path, opened->below(), flags, out);
    if (opened->below()->pMethods == nullptr) return code;
    opened->base.pMethods = &methods;
    if ((flags & SQLITE_OPEN_WAL) != 0) opened->gathered = new Gathered;
    return code;
}

std::string unused_name() {
    static std::atomic<unsigned> count = 0;
    return "turnaway-gathering-" + std::to_string(++count);
}

}  // namespace

GatheringVfs::GatheringVfs(const char* below)
    : name_(unused_name()), vfs_(std::make_unique<sqlite3_vfs>()) {
    sqlite3_vfs* const system = sqlite3_vfs_find(below);
    TURNAWAY_CHECK(system != nullptr);
    *vfs_ = *system;
    vfs_->pNext = nullptr;
    vfs_->zName = name_.c_str();
    vfs_->pAppData = system;
    vfs_->szOsFile = static_cast<int>(sizeof(File)) + system->szOsFile;
    vfs_->xOpen = open;
    TURNAWAY_CHECK(sqlite3_vfs_register(vfs_.get(), 0) == SQLITE_OK);
}

GatheringVfs::~GatheringVfs() {
    sqlite3_vfs_unregister(vfs_.get());
}

}  // namespace turnaway::spool
