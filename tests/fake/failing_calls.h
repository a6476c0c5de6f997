// FailingCalls: one system call on the files of one folder fails, the others are the system's own.
//
// Linked into a test, it stands in front of open, pwrite, fsync, fdatasync, rename, unlink and
// close for the whole program. Only paths below the folder, and descriptors opened from there,
// count. One thread sets it up; any thread may make the calls.
#pragma once

#include <string>

namespace turnaway::fake {

enum class SystemCall { open, pwrite, fsync, fdatasync, rename, unlink, close };

class FailingCalls {
  public:
    // From now on the `at`th such call (the first is 1) fails with `error`. A failed close has
    // closed all the same, as on Linux; a failed pwrite has written half of its bytes.
    static void fail(const std::string& folder, SystemCall call, int at, int error);
    static void stop();
    // Whether the call came that was to fail.
    static bool was_struck();
};

}  // namespace turnaway::fake
