#include "spool/sqlite/start_check.h"

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>

#include "spool/sqlite/write_ahead_log.h"

namespace turnaway::spool {
namespace {

// Nothing: the file is missing.
std::optional<std::uint64_t> bytes_of(const std::string& file) {
    struct stat about{};
    if (::stat(file.c_str(), &about) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(about.st_size);
}

bool is_folder(const std::string& path) {
    std::error_code error;
    return std::filesystem::is_directory(path, error);
}

// Signs next to a missing database that there was one; empty: none.
std::string traces_of_use(const std::string& path) {
    if (bytes_of(path + "/spool.db-wal").value_or(0) > 0) return "spool.db-wal is there";
    if (bytes_of(path + recovered_database)) return "a recovery was interrupted";
    if (is_folder(path + "/content")) return "the folder content is there";
    return {};
}

}  // namespace

std::string how_to_recover(const std::string& path) {
    return "put the files back from a copy of the whole folder, or run `turnaway queue recover "
           "--spool " +
           path + "`, which makes a new database of what can still be read";
}

base::Result<SpoolFolderState> check_spool_folder(const std::string& path) {
    const std::string database = path + "/spool.db";
    const std::string log = database + "-wal";
    const auto bytes = bytes_of(database);
    const std::string traces = traces_of_use(path);
    if (bytes.value_or(0) == 0) {
        if (traces.empty()) return SpoolFolderState{.may_begin = true};
        return base::fail(base::Fault::data, database + (bytes ? " is empty" : " is missing") +
                                                 ", but " + traces + ": nothing was changed; " +
                                                 how_to_recover(path));
    }
    auto found = look_at_log(log);
    if (!found) return std::unexpected(std::move(found.error()));
    SpoolFolderState state{.may_begin = !is_folder(path + "/content")};
    const std::string behind =
        std::to_string(found->behind) + " pages behind the first damaged one";
    if (found->state == LogState::damaged) {
        return base::fail(base::Fault::data, "the write-ahead log " + log + " is damaged after " +
                                                 std::to_string(found->frames) + " pages (" +
                                                 behind +
                                                 " hold acknowledged mail): nothing was changed; " +
                                                 how_to_recover(path));
    }
    if (found->state == LogState::cut_off) {
        state.warning = "the last commit in the write-ahead log " + log +
                        " is incomplete and was ignored (" + behind +
                        "): normal after a power cut; otherwise check the disk";
    }
    return state;
}

}  // namespace turnaway::spool
