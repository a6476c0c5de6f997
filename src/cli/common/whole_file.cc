#include "cli/common/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/printable.h"
#include "cli/common/write_all.h"

namespace turnaway::cli {
namespace {

constexpr std::size_t shown_bytes_max = 200;
constexpr mode_t mode_max = 0666;

std::unexpected<base::Error> cannot_write(const std::string& path) {
    const int error = errno;
    std::string words = "cannot write ";
    base::append_printable(words, path, shown_bytes_max);
    return base::fail_errno(base::Fault::io, words, error);
}

// The mode of any new file.
mode_t usual_mode() {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return mode_max & ~mask;
}

// mkostemp makes a file that only its owner may read.
void give_mode(int descriptor, mode_t mode) {
    (void)::fchmod(descriptor, mode & mode_max);
}

// The target of a link, so that the link is kept.
std::string end_of_links(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> end(::realpath(path.c_str(), nullptr),
                                                          &std::free);
    return end ? std::string(end.get()) : path;
}

}  // namespace

base::Result<WholeFile> WholeFile::open(const std::string& path) {
    if (path == "-") {
        const int descriptor = ::dup(STDOUT_FILENO);
        if (descriptor < 0) return cannot_write("standard output");
        return WholeFile("standard output", {}, descriptor);
    }
    struct stat old{};
    const bool is_there = ::stat(path.c_str(), &old) == 0;
    if (is_there && !S_ISREG(old.st_mode)) {
        const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        if (descriptor < 0) return cannot_write(path);
        return WholeFile(path, {}, descriptor);
    }
    std::string target = is_there ? end_of_links(path) : path;
    std::string draft = target + ".XXXXXX";
    const int descriptor = ::mkostemp(draft.data(), O_CLOEXEC);
    if (descriptor < 0) return cannot_write(path);
    give_mode(descriptor, is_there ? old.st_mode : usual_mode());
    return WholeFile(std::move(target), std::move(draft), descriptor);
}

WholeFile::~WholeFile() {
    if (!draft_.empty()) ::unlink(draft_.c_str());
}

base::Result<void> WholeFile::write(std::string_view text) {
    if (const int error = write_all(descriptor_.get(), text); error != 0) {
        errno = error;
        return cannot_write(path_);
    }
    if (draft_.empty()) return {};  // not a regular file, and written directly
    // Otherwise a full disk may be reported only after the old text is gone.
    if (::fsync(descriptor_.get()) != 0) return cannot_write(path_);
    if (std::rename(draft_.c_str(), path_.c_str()) != 0) return cannot_write(path_);
    draft_.clear();
    return {};
}

}  // namespace turnaway::cli
