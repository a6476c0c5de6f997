#include "spool/content_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "spool/memory_content.h"

namespace turnaway::spool {
namespace {

// A full disk is not our fault and may pass: nothing that was acknowledged is in danger.
base::Fault fault_of_write() {
    return errno == ENOSPC || errno == EDQUOT ? base::Fault::unavailable : base::Fault::io;
}

class SpoolSink final : public ContentSink {
  public:
    explicit SpoolSink(std::shared_ptr<ContentFolder> folder) : folder_(std::move(folder)) {}

    base::Result<void> write(std::string_view bytes) override {
        if (!file_) {
            if (memory_.size() + bytes.size() <= base::limits::content_in_row_bytes_most) {
                memory_ += bytes;
                return {};
            }
            auto file = folder_->create();
            if (!file) return std::unexpected(std::move(file.error()));
            file_ = std::move(*file);
            if (auto moved = file_->write(memory_); !moved) return moved;
            memory_ = {};
        }
        return file_->write(bytes);
    }

    base::Result<ContentPtr> finish() override {
        if (file_) return std::move(file_);
        return std::make_shared<MemoryContent>(std::move(memory_));
    }

  private:
    std::shared_ptr<ContentFolder> folder_;
    std::string memory_;
    std::shared_ptr<FileContent> file_;
};

}  // namespace

FileContent::FileContent(int descriptor, std::string path, std::uint64_t number,
                         std::uint64_t bytes, bool is_claimed)
    : descriptor_(descriptor),
      path_(std::move(path)),
      number_(number),
      bytes_(bytes),
      is_claimed_(is_claimed) {}

FileContent::~FileContent() {
    if (!is_claimed_) ::unlink(path_.c_str());
    ::close(descriptor_);
}

base::Result<std::string> FileContent::read(std::uint64_t offset, std::size_t bytes_max) const {
    std::string bytes;
    if (offset >= bytes_) return bytes;
    bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(bytes_max, bytes_ - offset)));
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::pread(descriptor_, bytes.data() + done, bytes.size() - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return base::fail_errno(base::Fault::io, "cannot read " + path_);
        if (got == 0) return base::fail(base::Fault::data, path_ + " is cut short");
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

base::Result<void> FileContent::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put =
            ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(bytes_));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return base::fail_errno(fault_of_write(), "cannot write " + path_);
        bytes_ += static_cast<std::uint64_t>(put);
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
}

base::Result<void> FileContent::sync() const {
    if (::fdatasync(descriptor_) != 0) {
        return base::fail_errno(base::Fault::io, "cannot sync " + path_);
    }
    return {};
}

base::Result<std::shared_ptr<ContentFolder>> ContentFolder::open(std::string path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return base::fail_errno(base::Fault::io, "cannot make " + path);
    }
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return base::fail_errno(base::Fault::io, "cannot open " + path);
    return std::make_shared<ContentFolder>(std::move(path), descriptor);
}

ContentFolder::~ContentFolder() {
    ::close(folder_);
}

std::string ContentFolder::file_path(std::uint64_t number) const {
    return path_ + '/' + std::to_string(number);
}

base::Result<void> ContentFolder::sweep(const std::unordered_set<std::uint64_t>& kept) {
    std::uint64_t last = 0;
    for (const std::uint64_t number : kept) last = std::max(last, number);
    DIR* folder = ::opendir(path_.c_str());
    if (folder == nullptr) return base::fail_errno(base::Fault::io, "cannot read " + path_);
    while (const dirent* entry = ::readdir(folder)) {
        // What is not named by a number is not ours.
        const auto number = base::parse_unsigned(entry->d_name);
        if (!number || std::to_string(*number) != entry->d_name) continue;
        last = std::max(last, *number);
        if (!kept.contains(*number)) remove(*number);
    }
    ::closedir(folder);
    last_ = last;
    return {};
}

base::Result<std::shared_ptr<FileContent>> ContentFolder::create() {
    const std::uint64_t number = ++last_;
    std::string path = file_path(number);
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) return base::fail_errno(fault_of_write(), "cannot make " + path);
    return std::make_shared<FileContent>(descriptor, std::move(path), number, 0, false);
}

base::Result<ContentPtr> ContentFolder::find(std::uint64_t number, std::uint64_t bytes) const {
    std::string path = file_path(number);
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        // Only a missing file is damage; too many open files, say, will pass.
        return base::fail_errno(errno == ENOENT ? base::Fault::data : base::Fault::unavailable,
                                "cannot open " + path);
    }
    auto content =
        std::make_shared<const FileContent>(descriptor, std::move(path), number, bytes, true);
    struct stat about{};
    if (::fstat(descriptor, &about) != 0 || static_cast<std::uint64_t>(about.st_size) != bytes) {
        return base::fail(base::Fault::data, content->path() + " is not of the size its row says");
    }
    return content;
}

base::Result<void> ContentFolder::sync() const {
    if (::fsync(folder_) != 0) return base::fail_errno(base::Fault::io, "cannot sync " + path_);
    return {};
}

// A file that stays is swept at the next start, so that a failure needs no word.
void ContentFolder::remove(std::uint64_t number) const {
    ::unlink(file_path(number).c_str());
}

std::unique_ptr<ContentSink> make_content_sink(std::shared_ptr<ContentFolder> folder) {
    return std::make_unique<SpoolSink>(std::move(folder));
}

}  // namespace turnaway::spool
