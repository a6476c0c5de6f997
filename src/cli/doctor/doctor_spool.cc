// The queue itself: who may read it, and whether every message in it is readable.
//
// The database is opened as the relay opens it, which checks all of it; while the relay runs it
// holds the lock, and has checked it at its start. Content files are counted and measured, not
// read.
#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/doctor/doctor_context.h"
#include "cli/doctor/doctor_database.h"
#include "relay/queue/spool_choice.h"
#include "spool/content_trailer.h"
#include "spool/folder_lock.h"
#include "spool/sealed_row.h"
#include "spool/sqlite/database.h"
#include "spool/sqlite/start_check.h"

namespace turnaway::cli {
namespace {

void check_rights(const std::string& path, const struct stat& status, const std::string& user,
                  DoctorFindings& findings) {
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        findings.warning(
            fmt::format("Users other than its owner can use {} (mode {:o}), which holds mail.",
                        path, status.st_mode & 07777),
            "chmod 700 " + path);
    }
    const passwd* expected = user.empty() ? nullptr : getpwnam(user.c_str());
    if (expected != nullptr && expected->pw_uid != status.st_uid) {
        findings.problem(
            fmt::format("{} does not belong to {}, the user of the relay.", path, user),
            fmt::format("chown -R {} {}", user, path));
    }
    struct stat file = {};
    for (const auto* name : {"spool.db", "spool.db-wal", "content"}) {
        const std::string inner = path + '/' + name;
        if (stat(inner.c_str(), &file) == 0 && file.st_uid != status.st_uid) {
            findings.problem(fmt::format("{} does not belong to the owner of {}.", inner, path),
                             fmt::format("chown -R --reference={0} {0}", path));
        }
    }
}

// Has the length stored in its row, perhaps with the trailer after the content.
bool is_whole(const std::string& name, std::uint64_t content_bytes) {
    struct stat status = {};
    if (stat(name.c_str(), &status) != 0) return false;
    const auto bytes = static_cast<std::uint64_t>(status.st_size);
    if (bytes == content_bytes) return true;
    const int file = open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const auto trailer = spool::read_trailer(file, bytes, name);
    close(file);
    return trailer && *trailer && (*trailer)->content_bytes == content_bytes;
}

void check_messages(spool::Database& database, const std::string& path, DoctorFindings& findings) {
    std::size_t messages = 0;
    std::size_t damaged = 0;
    std::string first;
    const auto scanned = database.scan([&](const spool::MessageRow& row) {
        ++messages;
        if (!spool::open_row(row.id, row.envelope, row.states)) {
            if (damaged++ == 0) first = row.id.text();
        }
        return true;
    });
    const auto files = database.content_files();
    if (!scanned || !files) {
        const auto& error = scanned ? files.error() : scanned.error();
        findings.problem(
            "The queue cannot be read: " + error.message + '.',
            "Keep a copy of " + path + ", then see /usr/share/doc/turnaway/docs/formats.md.");
        return;
    }
    if (damaged > 0) {
        findings.problem(
            fmt::format("{} of {} messages in the queue cannot be read, the first is {}.", damaged,
                        messages, first),
            "See them with `turnaway queue list --state corrupt`; `turnaway queue export` writes "
            "the remains of one, and `turnaway queue delete` removes it.");
    }
    std::size_t missing = 0;
    for (const auto& [id, file] : *files) {
        const std::string name = fmt::format("{}/content/{}", path, file.number);
        if (is_whole(name, file.bytes) || missing++ > 0) continue;
        first = id.text() + " (" + name + ')';
    }
    if (missing > 0) {
        findings.problem(
            fmt::format("The content of {} messages is missing or cut, the first is {}.", missing,
                        first),
            "Put the files of content/ back from a copy of the whole folder.");
    }
    if (damaged == 0 && missing == 0) {
        findings.ok(fmt::format("The queue is intact: {} messages.", messages));
    }
}

}  // namespace

void check_spool(const DoctorContext& context, DoctorFindings& findings) {
    const std::string& path = context.config.spool.path;
    if (relay::is_shared(context.config.spool)) return check_database(path, findings);
    struct stat status = {};
    if (stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) {
            findings.ok("There is no queue yet; the relay creates " + path + " when it starts.");
        } else {
            findings.unknown(
                "The queue cannot be checked: " + path + ": " + std::strerror(errno) + '.',
                "Run it as root or as the relay's user.");
        }
        return;
    }
    check_rights(path, status, context.config.user.name, findings);
    const AsOwnerOf owner(path);
    const std::string file = path + "/spool.db";
    struct stat database_status = {};
    if (stat(file.c_str(), &database_status) != 0 && errno != ENOENT) {
        findings.unknown("The queue cannot be checked: " + file + ": " + std::strerror(errno) + '.',
                         "Run it as root or as the relay's user.");
        return;
    }
    const auto lock = spool::FolderLock::take(path);
    const auto state = lock ? spool::check_spool_folder(path)
                            : base::Result<spool::SpoolFolderState>(std::unexpected(lock.error()));
    if (state && database_status.st_size == 0) {
        findings.ok("There is no queue yet in " + path + '.');
        return;
    }
    auto database =
        state ? spool::Database::open(file, nullptr, false)
              : base::Result<std::unique_ptr<spool::Database>>(std::unexpected(state.error()));
    if (database) {
        check_messages(**database, path, findings);
    } else if (database.error().fault == base::Fault::unavailable) {
        findings.ok("The queue is in use: the relay checked it when it started.");
    } else {
        findings.problem(
            "The queue is damaged or cannot be used: " + database.error().message + '.',
            "Keep a copy of " + path + ", then see /usr/share/doc/turnaway/docs/formats.md.");
    }
}

}  // namespace turnaway::cli
