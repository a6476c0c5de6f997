// The disk of the queue: free space, a local filesystem, and whether sync works.
#include "cli/doctor/doctor_disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "cli/doctor/doctor_context.h"
#include "process/descriptor.h"
#include "relay/queue/spool_choice.h"

namespace turnaway::cli {
namespace {

constexpr std::uint64_t files_min = 1'000;
// Between twice the limit and the limit there is time to act before mail is refused.
constexpr std::uint64_t warn_factor = 2;

struct NetworkFilesystem {
    std::int64_t magic;
    std::string_view name;
};
// linux/magic.h does not define all of them.
constexpr std::array<NetworkFilesystem, 11> network_filesystems{{
    {NFS_SUPER_MAGIC, "NFS"},
    {SMB_SUPER_MAGIC, "SMB"},
    {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB2"},
    {V9FS_MAGIC, "9P"},
    {CEPH_SUPER_MAGIC, "Ceph"},
    {AFS_SUPER_MAGIC, "AFS"},
    {AFS_FS_MAGIC, "AFS"},
    {CODA_SUPER_MAGIC, "Coda"},
    {OCFS2_SUPER_MAGIC, "OCFS2"},
    {FUSE_SUPER_MAGIC, "FUSE"},
}};

std::string megabytes(std::uint64_t bytes) {
    return fmt::format("{} MB", bytes / 1'000'000);
}

void check_room(const std::string& folder, std::uint64_t bytes_min, DoctorFindings& findings) {
    struct statvfs room = {};
    if (statvfs(folder.c_str(), &room) != 0) {
        findings.unknown("The free space on the disk of " + folder +
                             " is not known: " + std::strerror(errno) + '.',
                         "Check it with: df " + folder);
        return;
    }
    const std::uint64_t free = std::uint64_t{room.f_bavail} * room.f_frsize;
    const std::string fix = "Free space on the disk of " + folder +
                            ", or lower "
                            "[spool] free_bytes_min.";
    if (free < bytes_min) {
        findings.problem(fmt::format("The disk of {} has {} free; below {} the relay refuses mail.",
                                     folder, megabytes(free), megabytes(bytes_min)),
                         fix);
    } else if (free < bytes_min * warn_factor) {
        findings.warning(
            fmt::format("The disk of {} has {} free, and below {} the relay refuses mail.", folder,
                        megabytes(free), megabytes(bytes_min)),
            fix);
    } else {
        findings.ok(fmt::format("The disk of {} has {} free.", folder, megabytes(free)));
    }
    // Filesystems that create inodes on demand report none.
    if (room.f_files > 0 && room.f_favail < files_min) {
        findings.problem(fmt::format("The disk of {} has room for {} more files (inodes) only.",
                                     folder, room.f_favail),
                         "Remove files that are not needed: df -i " + folder);
    }
}

void check_filesystem(const std::string& folder, DoctorFindings& findings) {
    struct statfs status = {};
    if (statfs(folder.c_str(), &status) == 0) judge_filesystem(status.f_type, folder, findings);
}

// Writes a file, syncs it and its folder, removes it.
void check_sync(const std::string& folder, DoctorFindings& findings) {
    const AsOwnerOf owner(folder);
    const auto fail = [&](std::string_view what) {
        const int error = errno;
        const std::string words =
            fmt::format("{} cannot {}: {}.", folder, what, std::strerror(error));
        if (error == EACCES) {
            findings.unknown("It is not known whether the disk keeps synced data: " + words,
                             "Run it as root or as the relay's user.");
        } else {
            findings.problem(words, "Read the kernel log (dmesg) for disk errors.");
        }
    };
    std::string path = folder + "/.doctor-XXXXXX";
    const process::OwnedFd file(mkostemp(path.data(), O_CLOEXEC));
    if (!file.is_open()) return fail("be written to");
    unlink(path.c_str());
    const std::array<char, 4096> block{};
    const auto begin = std::chrono::steady_clock::now();
    if (write(file.get(), block.data(), block.size()) != static_cast<ssize_t>(block.size())) {
        return fail("be written to");
    }
    if (fsync(file.get()) != 0) return fail("sync a file");
    const auto end = std::chrono::steady_clock::now();
    const process::OwnedFd above(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!above.is_open() || fsync(above.get()) != 0) return fail("be synced");
    findings.ok(fmt::format("The disk of {} syncs a block in {:.1f} ms.", folder,
                            std::chrono::duration<double, std::milli>(end - begin).count()));
}

}  // namespace

void judge_filesystem(std::int64_t magic, const std::string& folder, DoctorFindings& findings) {
    for (const auto& each : network_filesystems) {
        // f_type is signed and may be 32 bits wide.
        if (static_cast<std::uint32_t>(each.magic) != static_cast<std::uint32_t>(magic)) continue;
        findings.problem(fmt::format("{} is on {}, a filesystem whose locks and syncs the queue "
                                     "cannot rely on.",
                                     folder, each.name),
                         "Set [spool] path to a folder on a local disk.");
        return;
    }
    if (magic == TMPFS_MAGIC || magic == RAMFS_MAGIC) {
        findings.warning(folder + " is in memory: a restart of the machine loses the queue.",
                         "Set [spool] path to a folder on a disk.");
    }
}

void check_disk(const DoctorContext& context, DoctorFindings& findings) {
    const auto& spool = context.config.spool;
    if (relay::is_shared(spool)) return;
    struct stat status = {};
    std::string folder = spool.path;
    if (stat(folder.c_str(), &status) != 0) folder = folder.substr(0, folder.rfind('/') + 1);
    if (stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        findings.problem("The folder above the queue, " + folder + ", does not exist.",
                         "Create it, or set [spool] path to another folder.");
        return;
    }
    check_room(folder, spool.free_bytes_min, findings);
    check_filesystem(folder, findings);
    check_sync(folder, findings);
}

}  // namespace turnaway::cli
