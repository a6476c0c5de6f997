// free_bytes_of: the free space of a disk for this process. Nothing if it cannot be determined.
#pragma once

#include <sys/statvfs.h>

#include <cstdint>
#include <optional>
#include <string>

namespace turnaway::spool {

inline std::optional<std::uint64_t> free_bytes_of(const std::string& folder) {
    struct statvfs disk{};
    if (::statvfs(folder.c_str(), &disk) != 0) return std::nullopt;
    return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

}  // namespace turnaway::spool
