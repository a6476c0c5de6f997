// read_range: reads a part of an open file completely, or returns the error.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace turnaway::spool {

// Fault::io: the disk returned an error. Fault::data: the file is shorter.
[[nodiscard]] inline base::Result<std::string> read_range(int descriptor, std::uint64_t offset,
                                                          std::size_t count,
                                                          const std::string& path) {
    std::string bytes(count, '\0');
    std::size_t done = 0;
    while (done < count) {
        const ssize_t got = ::pread(descriptor, bytes.data() + done, count - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return base::fail_errno(base::Fault::io, "cannot read " + path);
        if (got == 0) return base::fail(base::Fault::data, path + " is cut short");
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace turnaway::spool
