#include "spool/sqlite/recovery.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "base/text.h"
#include "spool/checksum.h"
#include "spool/content_folder.h"
#include "spool/content_trailer.h"
#include "spool/folder_lock.h"
#include "spool/sealed_row.h"
#include "spool/spool_folder.h"
#include "spool/sqlite/database.h"
#include "spool/sqlite/salvage.h"
#include "spool/sqlite/start_check.h"
#include "spool/sqlite/write_ahead_log.h"

namespace turnaway::spool {
namespace {

namespace fs = std::filesystem;
using base::Result;

// Rows per transaction of the new database.
constexpr std::size_t batch_rows = 500;

bool exists(const std::string& file) {
    std::error_code error;
    return fs::exists(file, error);
}

Result<void> rename_file(const std::string& from, const std::string& to) {
    if (std::rename(from.c_str(), to.c_str()) == 0) return {};
    return base::fail_errno(base::Fault::io, "cannot rename " + from + " to " + to);
}

// The number in a file name, with or without the orphan suffix.
std::optional<std::uint64_t> content_number(std::string_view name, bool* is_orphan) {
    *is_orphan = name.ends_with(orphan_suffix);
    if (*is_orphan) name.remove_suffix(orphan_suffix.size());
    return base::parse_unsigned(name);
}

class Recovery {
  public:
    explicit Recovery(std::string path) : path_(std::move(path)), scratch_(path_ + "/recovering") {}

    Result<Recovered> run();

  private:
    Result<void> copy_old();
    Result<void> begin_new();
    Result<void> take_rows();
    void take_row(const MessageRow& row);
    bool is_content_whole(const MessageRow& row, std::optional<std::uint32_t> checksum);
    Result<void> take_files();
    Result<void> take_file(const fs::path& file, std::uint64_t number, bool is_orphan);
    Result<void> insert(const MessageRow& row);
    Result<void> end_new();
    Result<void> install();
    void give_to_owner(const std::string& file) const;
    void note(std::string words) { recovered_.notes.push_back(std::move(words)); }

    const std::string path_;
    const std::string scratch_;  // a folder for the copies
    std::unique_ptr<Database> database_;
    std::unordered_set<std::uint64_t> files_with_row_;
    std::unordered_set<queue::QueueId> ids_;
    std::size_t open_rows_ = 0;
    std::optional<base::Error> failure_;  // of an insert in take_rows
    Recovered recovered_;
};

Result<void> Recovery::copy_old() {
    std::error_code error;
    fs::remove_all(scratch_, error);
    if (!fs::create_directory(scratch_, error)) {
        return base::fail(base::Fault::io, "cannot make " + scratch_ + ": " + error.message());
    }
    const std::string old = path_ + "/spool.db";
    if (exists(old) && !fs::copy_file(old, scratch_ + "/spool.db", error)) {
        return base::fail(base::Fault::io, "cannot copy " + old + ": " + error.message());
    }
    return apply_log(old + "-wal", scratch_ + "/spool.db");
}

Result<void> Recovery::begin_new() {
    const std::string file = path_ + "/spool.db.new";
    for (const char* suffix : {"", "-wal", "-journal"}) ::unlink((file + suffix).c_str());
    auto opened = Database::open(file, nullptr, true);
    if (!opened) return std::unexpected(std::move(opened.error()));
    database_ = *std::move(opened);
    return database_->begin();
}

Result<void> Recovery::insert(const MessageRow& row) {
    if (auto done = database_->insert(row); !done) return done;
    ids_.insert(row.id);
    if (row.file) files_with_row_.insert(row.file->number);
    if (++open_rows_ % batch_rows != 0) return {};
    if (auto done = database_->commit(); !done) return done;
    return database_->begin();
}

bool Recovery::is_content_whole(const MessageRow& row, std::optional<std::uint32_t> checksum) {
    if (!row.file) return !checksum || crc32c(row.content) == *checksum;
    return exists(path_ + "/content/" + std::to_string(row.file->number));
}

// A row that cannot be read is kept unchanged, unless it can be restored from its content file.
void Recovery::take_row(const MessageRow& row) {
    if (failure_ || ids_.contains(row.id)) return;
    const auto opened = open_row(row.id, row.envelope, row.states);
    if (!opened && row.file) {
        note("message " + row.id.text() + ": " + std::string(opened.error()) +
             "; recreated from its content file if that is complete");
        return;
    }
    if (!opened) {
        ++recovered_.corrupt;
        note("message " + row.id.text() + ": " + std::string(opened.error()) +
             "; kept as corrupt, see `turnaway queue export`");
    } else if (!is_content_whole(row, opened->content_checksum)) {
        note("message " + row.id.text() + ": its content is damaged or missing");
    }
    if (auto done = insert(row); !done) {
        failure_ = std::move(done.error());
    } else {
        ++recovered_.from_rows;
    }
}

Result<void> Recovery::take_rows() {
    if (!exists(scratch_ + "/spool.db")) return {};
    const auto salvaged =
        salvage_rows(scratch_ + "/spool.db", [this](const MessageRow& row) { take_row(row); });
    if (failure_) return std::unexpected(*failure_);
    if (!salvaged) {
        note("no rows could be read from the old database: " + salvaged.error().message);
    } else if (salvaged->gaps > 0) {
        note(
            "parts of the old database could not be read: messages that were there are lost, but "
            "for those with a content file");
    }
    return {};
}

Result<void> Recovery::take_file(const fs::path& file, std::uint64_t number, bool is_orphan) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat about{};
    if (descriptor < 0 || ::fstat(descriptor, &about) != 0) {
        note(file.string() + " cannot be read");
        if (descriptor >= 0) ::close(descriptor);
        return {};
    }
    const auto trailer =
        read_trailer(descriptor, static_cast<std::uint64_t>(about.st_size), file.string());
    ::close(descriptor);
    if (!trailer || !*trailer) {
        note(file.string() + " does not name its message, or is damaged; it was left in place");
        return {};
    }
    const ContentTrailer& known = **trailer;
    if (ids_.contains(known.id)) return {};
    const auto opened = open_row(known.id, known.envelope, known.states);
    if (!opened) {
        note(file.string() + ": " + std::string(opened.error()) + "; it stays there");
        return {};
    }
    if (is_orphan) {
        const std::string named = path_ + "/content/" + std::to_string(number);
        if (auto renamed = rename_file(file.string(), named); !renamed) return renamed;
    }
    ++recovered_.from_files;
    return insert({.id = known.id,
                   .envelope = known.envelope,
                   .states = known.states,
                   .content = {},
                   .file = ContentFile{.number = number, .bytes = known.content_bytes}});
}

Result<void> Recovery::take_files() {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(path_ + "/content", error)) {
        bool is_orphan = false;
        const auto number = content_number(entry.path().filename().native(), &is_orphan);
        if (!number || files_with_row_.contains(*number)) continue;
        if (auto done = take_file(entry.path(), *number, is_orphan); !done) return done;
    }
    return {};
}

Result<void> Recovery::end_new() {
    if (auto done = database_->commit(); !done) return done;
    // Closing moves the log into the database.
    database_.reset();
    const std::string file = path_ + "/spool.db.new";
    if (exists(file + "-wal")) return base::fail(base::Fault::io, "cannot finish " + file);
    give_to_owner(file);
    if (auto done = rename_file(file, path_ + recovered_database); !done) return done;
    return sync_folder(path_);
}

void Recovery::give_to_owner(const std::string& file) const {
    struct stat folder{};
    if (::geteuid() != 0 || ::stat(path_.c_str(), &folder) != 0) return;
    [[maybe_unused]] const int given = ::chown(file.c_str(), folder.st_uid, folder.st_gid);
}

// The old database is removed first: without it, and with the new one under its other name, no
// relay starts if this is interrupted; the next run continues here.
Result<void> Recovery::install() {
    const std::string old = path_ + "/spool.db";
    const std::string aside = path_ + "/before-recovery-" + std::to_string(std::time(nullptr));
    for (const char* suffix : {"", "-wal", "-journal"}) {
        if (!exists(old + suffix)) continue;
        if (recovered_.aside.empty()) {
            if (::mkdir(aside.c_str(), 0700) != 0 && errno != EEXIST) {
                return base::fail_errno(base::Fault::io, "cannot make " + aside);
            }
            give_to_owner(aside);
            recovered_.aside = aside;
        }
        if (auto done = rename_file(old + suffix, aside + "/spool.db" + suffix); !done) return done;
        if (auto done = sync_folder(path_); !done) return done;
    }
    const std::string content = path_ + "/content";
    if (::mkdir(content.c_str(), 0700) == 0) give_to_owner(content);
    if (auto done = rename_file(path_ + recovered_database, old); !done) return done;
    return sync_folder(path_);
}

Result<Recovered> Recovery::run() {
    const bool was_cut_off = exists(path_ + recovered_database) && !exists(path_ + "/spool.db");
    if (!was_cut_off) {
        for (const auto step : {&Recovery::copy_old, &Recovery::begin_new, &Recovery::take_rows,
                                &Recovery::take_files, &Recovery::end_new}) {
            if (auto done = (this->*step)(); !done) return std::unexpected(std::move(done.error()));
        }
    } else {
        note("an interrupted recovery is being completed");
    }
    if (auto done = install(); !done) return std::unexpected(std::move(done.error()));
    std::error_code error;
    fs::remove_all(scratch_, error);
    return std::move(recovered_);
}

}  // namespace

Result<Recovered> recover_spool(const std::string& path) {
    const auto lock = FolderLock::take(path);
    if (!lock) return std::unexpected(lock.error());
    return Recovery(path).run();
}

}  // namespace turnaway::spool
