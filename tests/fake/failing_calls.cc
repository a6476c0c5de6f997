#include "fake/failing_calls.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <string_view>

namespace turnaway::fake {
namespace {

struct Plan {
    std::mutex mutex;
    std::string folder;
    SystemCall call = SystemCall::open;
    int left = 0;  // calls until the one that fails; 0: none does
    int error = 0;
    bool was_struck = false;
};

Plan& plan() {
    static Plan only;
    return only;
}

// Which descriptors are of the folder.
std::array<std::atomic<bool>, 4096> watched{};

bool is_watched(int descriptor) {
    return descriptor >= 0 && static_cast<std::size_t>(descriptor) < watched.size() &&
           watched[static_cast<std::size_t>(descriptor)];
}

bool is_below_folder(const char* path) {
    Plan& now = plan();
    const std::lock_guard lock(now.mutex);
    return !now.folder.empty() && std::string_view(path).starts_with(now.folder);
}

// 0: the call goes on.
int error_of(SystemCall call) {
    Plan& now = plan();
    const std::lock_guard lock(now.mutex);
    if (now.call != call || now.left == 0 || --now.left > 0) return 0;
    now.was_struck = true;
    return now.error;
}

template <class Call>
Call real(const char* name) {
    return reinterpret_cast<Call>(::dlsym(RTLD_NEXT, name));
}

int failed(int error) {
    errno = error;
    return -1;
}

int open_file(const char* path, int flags, mode_t mode) {
    const bool is_ours = is_below_folder(path);
    if (const int error = is_ours ? error_of(SystemCall::open) : 0) return failed(error);
    const int descriptor = real<int (*)(const char*, int, ...)>("open")(path, flags, mode);
    if (descriptor >= 0 && static_cast<std::size_t>(descriptor) < watched.size()) {
        watched[static_cast<std::size_t>(descriptor)] = is_ours;
    }
    return descriptor;
}

int sync_file(SystemCall call, const char* name, int descriptor) {
    if (const int error = is_watched(descriptor) ? error_of(call) : 0) return failed(error);
    return real<int (*)(int)>(name)(descriptor);
}

ssize_t write_file(const char* name, int descriptor, const void* bytes, size_t size, off_t at) {
    const int error = is_watched(descriptor) ? error_of(SystemCall::pwrite) : 0;
    const auto write = real<ssize_t (*)(int, const void*, size_t, off_t)>(name);
    if (error == 0) return write(descriptor, bytes, size, at);
    [[maybe_unused]] const ssize_t half = write(descriptor, bytes, size / 2, at);
    return failed(error);
}

}  // namespace

void FailingCalls::fail(const std::string& folder, SystemCall call, int at, int error) {
    Plan& now = plan();
    const std::lock_guard lock(now.mutex);
    now.folder = folder;
    now.call = call;
    now.left = at;
    now.error = error;
    now.was_struck = false;
}

void FailingCalls::stop() {
    Plan& now = plan();
    const std::lock_guard lock(now.mutex);
    now.left = 0;
}

bool FailingCalls::was_struck() {
    Plan& now = plan();
    const std::lock_guard lock(now.mutex);
    return now.was_struck;
}

}  // namespace turnaway::fake

using turnaway::fake::SystemCall;

// What open becomes on Debian 13 where it has no mode (_FORTIFY_SOURCE).
extern "C" int __open_2(const char* path, int flags) {
    return turnaway::fake::open_file(path, flags, 0);
}

extern "C" int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return turnaway::fake::open_file(path, flags, mode);
}

extern "C" ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t at) {
    return turnaway::fake::write_file("pwrite", descriptor, bytes, size, at);
}

extern "C" int fsync(int descriptor) {
    return turnaway::fake::sync_file(SystemCall::fsync, "fsync", descriptor);
}

extern "C" int fdatasync(int descriptor) {
    return turnaway::fake::sync_file(SystemCall::fdatasync, "fdatasync", descriptor);
}

extern "C" int rename(const char* from, const char* to) {
    const bool is_ours = turnaway::fake::is_below_folder(from);
    const int error = is_ours ? turnaway::fake::error_of(SystemCall::rename) : 0;
    if (error != 0) return turnaway::fake::failed(error);
    return turnaway::fake::real<int (*)(const char*, const char*)>("rename")(from, to);
}

extern "C" int unlink(const char* path) {
    const bool is_ours = turnaway::fake::is_below_folder(path);
    const int error = is_ours ? turnaway::fake::error_of(SystemCall::unlink) : 0;
    if (error != 0) return turnaway::fake::failed(error);
    return turnaway::fake::real<int (*)(const char*)>("unlink")(path);
}

extern "C" int close(int descriptor) {
    const bool is_ours = turnaway::fake::is_watched(descriptor);
    if (is_ours) turnaway::fake::watched[static_cast<std::size_t>(descriptor)] = false;
    const int error = is_ours ? turnaway::fake::error_of(SystemCall::close) : 0;
    const int closed = turnaway::fake::real<int (*)(int)>("close")(descriptor);
    return error != 0 ? turnaway::fake::failed(error) : closed;
}
