#include "spool/content_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "spool/content_trailer.h"
#include "spool/memory_content.h"
#include "spool/shortage.h"
#include "spool/spool_limits.h"

namespace turnaway::spool {
namespace {

// The step in which disk space is reserved for a content.
constexpr std::uint64_t room_step_bytes = std::uint64_t{1024} * 1024;

class SpoolSink final : public ContentSink {
  public:
    SpoolSink(std::shared_ptr<ContentFolder> folder, std::string_view client)
        : folder_(std::move(folder)), client_(client) {}
    ~SpoolSink() override {
        if (room_bytes_ > 0) folder_->budget().give_back(client_, room_bytes_);
    }

    base::Result<void> write(std::string_view bytes) override {
        if (!file_) {
            if (memory_.size() + bytes.size() <= base::limits::content_in_row_bytes_max) {
                memory_ += bytes;
                return {};
            }
            if (auto done = begin_file(bytes.size()); !done) return done;
        }
        if (auto done = need_room(file_->size() + bytes.size()); !done) return done;
        return file_->write(bytes);
    }

    base::Result<ContentPtr> finish() override {
        if (!file_) return std::make_shared<MemoryContent>(std::move(memory_));
        file_->finish();
        return std::move(file_);
    }

  private:
    base::Result<void> begin_file(std::size_t more_bytes) {
        if (auto done = need_room(memory_.size() + more_bytes); !done) return done;
        auto file = folder_->create();
        if (!file) return std::unexpected(std::move(file.error()));
        file_ = std::move(*file);
        if (auto moved = file_->write(memory_); !moved) return moved;
        memory_ = {};
        return {};
    }

    base::Result<void> need_room(std::uint64_t bytes) {
        if (bytes <= room_bytes_) return {};
        const std::uint64_t more =
            (bytes - room_bytes_ + room_step_bytes - 1) / room_step_bytes * room_step_bytes;
        if (auto done = folder_->budget().take(client_, more); !done) return done;
        room_bytes_ += more;
        return {};
    }

    std::shared_ptr<ContentFolder> folder_;
    const std::string client_;
    std::string memory_;
    std::shared_ptr<FileContent> file_;
    std::uint64_t room_bytes_ = 0;  // reserved in the budget
};

// The number of a file named by a number and this suffix.
std::optional<std::uint64_t> number_of(std::string_view name, std::string_view suffix) {
    if (!name.ends_with(suffix)) return std::nullopt;
    name.remove_suffix(suffix.size());
    const auto number = base::parse_unsigned(name);
    return number && std::to_string(*number) == name ? number : std::nullopt;
}

}  // namespace

base::Result<std::shared_ptr<ContentFolder>> ContentFolder::open(std::string path,
                                                                 std::uint64_t free_bytes_min) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return base::fail_errno(base::Fault::io, "cannot make " + path);
    }
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return base::fail_errno(base::Fault::io, "cannot open " + path);
    return std::make_shared<ContentFolder>(std::move(path), descriptor, free_bytes_min);
}

ContentFolder::~ContentFolder() {
    ::close(folder_);
}

std::string ContentFolder::file_path(std::uint64_t number) const {
    return path_ + '/' + std::to_string(number);
}

base::Result<std::size_t> ContentFolder::sweep(const std::unordered_set<std::uint64_t>& kept) {
    std::uint64_t last = 0;
    for (const std::uint64_t number : kept) last = std::max(last, number);
    DIR* folder = ::opendir(path_.c_str());
    if (folder == nullptr) return base::fail_errno(base::Fault::io, "cannot read " + path_);
    std::unordered_set<std::uint64_t> without_row;
    const std::time_t now = std::time(nullptr);
    while (const dirent* entry = ::readdir(folder)) {
        const std::string_view name = entry->d_name;
        const std::string path = path_ + '/' + std::string(name);
        if (const auto number = number_of(name, "")) {
            last = std::max(last, *number);
            if (!kept.contains(*number)) without_row.insert(*number);
        } else if (const auto part = number_of(name, unfinished_suffix)) {
            last = std::max(last, *part);
            ::unlink(path.c_str());
        } else if (const auto orphan = number_of(name, orphan_suffix)) {
            last = std::max(last, *orphan);
            struct stat about{};
            const bool is_old = ::stat(path.c_str(), &about) == 0 &&
                                now - about.st_ctime > limits::orphan_age_max.count();
            if (is_old) ::unlink(path.c_str());
        }
        // Files with other names do not belong to the spool.
    }
    ::closedir(folder);
    for (const std::uint64_t number : without_row) set_aside(number);
    last_ = last;
    return without_row.size();
}

// A file that keeps its name is set aside at the next start, so a failure needs no report.
void ContentFolder::set_aside(std::uint64_t number) const {
    const std::string path = file_path(number);
    [[maybe_unused]] const int renamed =
        std::rename(path.c_str(), (path + std::string(orphan_suffix)).c_str());
}

base::Result<std::shared_ptr<FileContent>> ContentFolder::create() {
    const std::uint64_t number = ++last_;
    std::string path = file_path(number);
    const std::string unfinished = path + std::string(unfinished_suffix);
    const int descriptor = ::open(unfinished.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return base::fail_errno(fault_of_write(errno), "cannot make " + unfinished);
    }
    return std::make_shared<FileContent>(descriptor, std::move(path), number);
}

base::Result<int> ContentFolder::open_file(const std::string& path) const {
    // O_NONBLOCK: a pipe at this path would make the spool wait for a writer.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor >= 0) return descriptor;
    const bool will_pass = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
    return base::fail_errno(will_pass ? base::Fault::unavailable : base::Fault::data,
                            "cannot open " + path);
}

base::Result<std::shared_ptr<const FileContent>> ContentFolder::find(std::uint64_t number,
                                                                     std::uint64_t bytes) const {
    std::string path = file_path(number);
    const auto descriptor = open_file(path);
    if (!descriptor) return std::unexpected(descriptor.error());
    struct stat about{};
    const bool is_known = ::fstat(*descriptor, &about) == 0;
    const auto file_bytes = is_known ? static_cast<std::uint64_t>(about.st_size) : 0;
    auto trailer = read_trailer(*descriptor, file_bytes, path);
    const bool has_trailer = trailer && *trailer && (*trailer)->content_bytes == bytes;
    auto content = std::make_shared<const FileContent>(
        *descriptor, std::move(path), number, bytes,
        has_trailer ? std::move((*trailer)->sums) : ChunkSums());
    if (!trailer) return std::unexpected(trailer.error());
    if (has_trailer || file_bytes == bytes) return content;
    return base::fail(base::Fault::data, content->path() + " is not of the size its row says");
}

base::Result<ContentPtr> ContentFolder::find_unchecked(std::uint64_t number,
                                                       std::uint64_t bytes) const {
    std::string path = file_path(number);
    const auto descriptor = open_file(path);
    if (!descriptor) return std::unexpected(descriptor.error());
    struct stat about{};
    if (::fstat(*descriptor, &about) == 0) {
        bytes = std::min(bytes, static_cast<std::uint64_t>(about.st_size));
    }
    return std::make_shared<const FileContent>(*descriptor, std::move(path), number, bytes,
                                               ChunkSums());
}

base::Result<void> ContentFolder::sync() const {
    if (::fsync(folder_) != 0) return base::fail_errno(base::Fault::io, "cannot sync " + path_);
    return {};
}

// A file that remains is set aside at the next start, so a failure needs no report.
void ContentFolder::remove(std::uint64_t number) const {
    ::unlink(file_path(number).c_str());
}

std::unique_ptr<ContentSink> make_content_sink(std::shared_ptr<ContentFolder> folder,
                                               std::string_view client) {
    return std::make_unique<SpoolSink>(std::move(folder), client);
}

}  // namespace turnaway::spool
