#include "cli/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/printable.h"

namespace turnaway::cli {
namespace {

constexpr std::size_t shown_bytes_most = 200;
constexpr mode_t mode_most = 0666;

std::unexpected<base::Error> cannot_write(const std::string& path) {
    const int error = errno;
    std::string words = "cannot write ";
    base::append_printable(words, path, shown_bytes_most);
    return base::fail_errno(base::Fault::io, words, error);
}

// mkostemp makes a file for its owner alone; this gets what any new file gets.
void give_usual_mode(int descriptor) {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    (void)::fchmod(descriptor, mode_most & ~mask);
}

}  // namespace

base::Result<WholeFile> WholeFile::open(const std::string& path) {
    std::string draft = path + ".XXXXXX";
    const int descriptor = ::mkostemp(draft.data(), O_CLOEXEC);
    if (descriptor < 0) return cannot_write(path);
    give_usual_mode(descriptor);
    return WholeFile(path, std::move(draft), descriptor);
}

WholeFile::~WholeFile() {
    if (!draft_.empty()) ::unlink(draft_.c_str());
}

base::Result<void> WholeFile::write(std::string_view text) {
    while (!text.empty()) {
        const ssize_t taken = ::write(descriptor_.get(), text.data(), text.size());
        if (taken < 0 && errno == EINTR) continue;
        if (taken < 0) return cannot_write(path_);
        text.remove_prefix(static_cast<std::size_t>(taken));
    }
    if (std::rename(draft_.c_str(), path_.c_str()) != 0) return cannot_write(path_);
    draft_.clear();
    return {};
}

}  // namespace turnaway::cli
