// free_bytes_of: what a disk has left for us. Nothing when it cannot be asked.
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
